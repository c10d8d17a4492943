/* An arena that reports its blocks: what it holds in reserve counts no more, what it hands out does. */
#include <memline/marker.h>
#include <stdlib.h>

#include "guest.h"

struct Arena {
  char* memory;
  size_t used;
  uint64_t pool;
};

NOINLINE static void* arena_get(struct Arena* arena, size_t bytes) {
  void* block = arena->memory + arena->used;
  arena->used += bytes;
  memline_pool_alloc(arena->pool, block, bytes);
  KEEP(0);
  return block;
}

NOINLINE static void arena_put(struct Arena* arena, void* block) {
  memline_pool_free(arena->pool, block);
  KEEP(0);
}

NOINLINE static void open_arena(struct Arena* arena) {
  arena->memory = malloc(10000);  // expect open_arena: allocated=10000 allocations=1
  KEEP(arena->memory);
  arena->pool = memline_pool_create("arena");
  KEEP(0);
  memline_pool_backing(arena->pool, arena->memory, 10000);  // expect open_arena: freed=10000
  KEEP(0);
}

NOINLINE static void user(struct Arena* arena) {
  void* a = arena_get(arena, 100);  // expect user: allocated=100 allocations=1 mem_usage=100
  KEEP(a);
  void* b = arena_get(arena, 200);  // expect user: allocated=200 allocations=1 mem_usage=300
  KEEP(b);
  arena_put(arena, a);  // expect user: freed=100 frees=1 mem_usage=200
  KEEP(0);
  for (int i = 0; i < 5; ++i) {
    void* c = arena_get(arena, 40);  // expect user: allocated=200 allocations=5 mem_usage=400
    KEEP(c);
  }
}
// expect total user: increment=400 peak=400

NOINLINE static void close_arena(struct Arena* arena) {
  memline_pool_reset(arena->pool);  // expect close_arena: freed=400 frees=6 mem_usage=0
  KEEP(0);
  memline_pool_destroy(arena->pool);  // expect close_arena: allocated=10000 allocations=* mem_usage=10000
  KEEP(0);
  free(arena->memory);  // expect close_arena: freed=10000 frees=1 mem_usage=0
  KEEP(0);
}

int main(void) {
  struct Arena arena = {0};
  KEEP(&arena);
  open_arena(&arena);
  user(&arena);
  close_arena(&arena);
  return 0;
}
// expect summary: at_end=0 peak=10000 leaked_blocks=0
