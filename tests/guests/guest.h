/* What every guest needs: calls that no optimizer removes, merges or turns into jumps.
 *
 * A guest states what memline has to say about it in comments at the end of the very line they speak of; the numbers
 * follow from the source, and `seen` and `peak` from the definitions of a run. tests/e2e/expectations.py reads them:
 *
 *   code;  // expect FUNCTION: allocated=10*64 allocations=10 seen=10 peak=64
 *
 * allocated, freed, allocations, frees, reallocations, mappings and unmappings not named are 0; increment is
 * allocated - freed; peak is the increment if that is positive, else 0; seen is 1. `field=*` is not compared, and
 * `any` compares nothing. A line of FUNCTION without a comment has to be without events. [gcc], [clang O0], [!O0] after
 * FUNCTION restrict it to builds with (without) these tags. `expect total FUNCTION`, `expect summary` and
 * `expect site` (for the line it stands on) compare only the fields they name. `recurses FUNCTION` takes it out of the
 * conservation check: several of its lines are on the stack at once.
 */
#pragma once

#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE static inline __attribute__((always_inline))
/* The optimizer has to assume that somebody looks at the value and at all memory. At the end of a function it also keeps
 * the last call from becoming a jump. */
#define KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")
/* A value that the optimizer does not know. */
#define OPAQUE(value) __asm__ volatile("" : "+r"(value) : : "memory")
