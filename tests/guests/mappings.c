/* Direct mappings, in whole pages. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

NOINLINE static void partial_unmap(void) {
  char* p = mmap(NULL, 10 * 4096, RW, ANON, -1, 0);  // expect partial_unmap: allocated=10*4096 mappings=1 mem_usage=10*4096
  KEEP(p);
  munmap(p + 2 * 4096, 3 * 4096);  // expect partial_unmap: freed=3*4096 unmappings=1 mem_usage=7*4096
  KEEP(0);
  munmap(p, 10 * 4096);  // expect partial_unmap: freed=7*4096 unmappings=1 mem_usage=0
  KEEP(0);
}
// expect total partial_unmap: increment=0 peak=10*4096 allocated=10*4096 freed=10*4096 mappings=1 unmappings=2

NOINLINE static void part_of_a_page(void) {
  char* p = mmap(NULL, 5000, RW, ANON, -1, 0);  // expect part_of_a_page: allocated=8192 mappings=1
  KEEP(p);
  munmap(p, 4097);  // expect part_of_a_page: freed=8192 unmappings=1
  KEEP(0);
}

NOINLINE static void fixed_over_live(void) {
  char* p = mmap(NULL, 10 * 4096, RW, ANON, -1, 0);  // expect fixed_over_live: allocated=10*4096 mappings=1
  KEEP(p);
  char* q = mmap(p + 4096, 2 * 4096, RW, ANON | MAP_FIXED, -1, 0);  // expect fixed_over_live: allocated=8192 freed=8192 mappings=1 peak=0
  KEEP(q);
  munmap(p, 10 * 4096);  // expect fixed_over_live: freed=10*4096 unmappings=1
  KEEP(0);
}

NOINLINE static void reserve_then_use(void) {
  char* p = mmap(NULL, 64 * 4096, PROT_NONE, ANON, -1, 0);  // expect reserve_then_use: mappings=1 mem_usage=0
  KEEP(p);
  mprotect(p, 16 * 4096, RW);  // expect reserve_then_use: allocated=16*4096 mappings=1 mem_usage=16*4096
  KEEP(0);
  mprotect(p + 8 * 4096, 16 * 4096, RW);  // expect reserve_then_use: allocated=8*4096 mappings=1 mem_usage=24*4096
  KEEP(0);
  mprotect(p, 4 * 4096, PROT_NONE);  // expect reserve_then_use: quiet
  KEEP(0);
  munmap(p, 64 * 4096);  // expect reserve_then_use: freed=24*4096 unmappings=1 mem_usage=0
  KEEP(0);
}

NOINLINE static void remap(void) {
  char* p = mmap(NULL, 4 * 4096, RW, ANON, -1, 0);  // expect remap: allocated=4*4096 mappings=1
  KEEP(p);
  p = mremap(p, 4 * 4096, 16 * 4096, MREMAP_MAYMOVE);  // expect remap: allocated=16*4096 freed=4*4096 mappings=1 peak=12*4096
  KEEP(p);
  char* target = mmap(NULL, 16 * 4096, PROT_NONE, ANON, -1, 0);  // expect remap: mappings=1
  KEEP(target);
  p = mremap(p, 16 * 4096, 16 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, target);  // expect remap: allocated=16*4096 freed=16*4096 mappings=1 peak=0
  KEEP(p);
  p = mremap(p, 16 * 4096, 2 * 4096, 0);  // expect remap: allocated=2*4096 freed=16*4096 mappings=1
  KEEP(p);
  munmap(p, 2 * 4096);  // expect remap: freed=2*4096 unmappings=1 mem_usage=0
  KEEP(0);
}

NOINLINE static void remap_mixed(void) {
  char* p = mmap(NULL, 64 * 4096, PROT_NONE, ANON, -1, 0);  // expect remap_mixed: mappings=1 mem_usage=0
  KEEP(p);
  mprotect(p, 4 * 4096, RW);  // expect remap_mixed: allocated=4*4096 mappings=1 mem_usage=4*4096
  KEEP(0);
  p = mremap(p, 64 * 4096, 2 * 4096, 0);  // expect remap_mixed: allocated=2*4096 freed=4*4096 mappings=1 mem_usage=2*4096
  KEEP(p);
  char* q = mremap(p, 2 * 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);  // expect remap_mixed: allocated=2*4096 mappings=1 mem_usage=4*4096
  KEEP(q);
  munmap(p, 2 * 4096);  // expect remap_mixed: freed=2*4096 unmappings=1 mem_usage=2*4096
  KEEP(0);
  munmap(q, 2 * 4096);  // expect remap_mixed: freed=2*4096 unmappings=1 mem_usage=0
  KEEP(0);
}

NOINLINE static void ledger_only(void) {
  int file = open("/proc/self/exe", O_RDONLY);
  char* p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);  // expect ledger_only: mappings=1
  KEEP(p);
  close(file);
  char* q = mmap(NULL, 8 * 4096, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);  // expect ledger_only: mappings=1
  KEEP(q);
  munmap(p, 4096);  // expect ledger_only: unmappings=1
  KEEP(0);
  munmap(q, 8 * 4096);  // expect ledger_only: unmappings=1
  KEEP(0);
}
// expect total ledger_only: increment=0 peak=0 allocated=0 freed=0 mappings=2 unmappings=2

NOINLINE static void move_break(void) {
  void* before = sbrk(3 * 4096);  // expect move_break: allocated=3*4096 mappings=* unmappings=*
  KEEP(before);
  int status = brk(before);  // expect move_break: freed=3*4096 mappings=* unmappings=*
  KEEP(status);
}

NOINLINE static void keep_one(void) {
  char* p = mmap(NULL, 3 * 4096, RW, ANON, -1, 0);  // expect keep_one: allocated=3*4096 mappings=1
  KEEP(p);
  munmap(p + 4096, 4096);  // expect keep_one: freed=4096 unmappings=1
  KEEP(0);
}

int main(void) {
  partial_unmap();
  part_of_a_page();
  fixed_over_live();
  reserve_then_use();
  remap();
  remap_mixed();
  ledger_only();
  move_break();
  keep_one();
  return 0;
}
// expect summary: allocations=0 frees=0 at_end=2*4096 leaked_blocks=0 peak=24*4096
