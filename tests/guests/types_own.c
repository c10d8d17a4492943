/* Allocators of a program's own, which keep things of theirs in the blocks: what these are does not tell what the blocks
   are for. What is not stated must stay unknown. */
#include <stdlib.h>

#include "truth.h"

struct local {
  int values[5];
};
struct chunk { /* as large as what is to be in it, in the manner of before C99 */
  struct chunk* next;
  unsigned char bytes[8];
};
union piece { /* what a list of free blocks takes all of them for */
  union piece* next;
  char bytes[8];
};
struct unit { /* likewise, in front of the block */
  struct unit* next;
  size_t bytes;
};
struct state {
  long values[11];
};
struct workspace {
  struct state *first, *second;
  unsigned* rest;
};
struct text {
  short length;
  char letters[];
};
struct vector { /* its numbers follow it */
  long length;
  double* values;
};

static struct workspace* shown_workspace;

NOINLINE static void* counted_malloc(size_t bytes) {
  long* block = malloc(bytes + sizeof(long));
  if (!block) return NULL;
  block[0] = (long)bytes;
  block++;
  return block;
}
NOINLINE static void* unit_malloc(size_t bytes) {
  struct unit* unit = malloc(bytes + sizeof *unit);
  if (unit == NULL) return NULL;
  unit->bytes = bytes;
  return unit + 1;
}
NOINLINE static void* piece_malloc(size_t bytes) {
  union piece* piece = malloc(bytes);
  if (!piece) abort();
  piece->next = NULL;
  return piece;
}

static union piece* pieces;
static size_t pieces_left;

/* Hands them out from storage of its own, as many as are asked for. */
NOINLINE static void* some_pieces(size_t count) {
  union piece* first;
  if (pieces_left < count) {
    if (!(pieces = malloc(512 * sizeof *pieces))) return NULL;
    pieces_left = 512;
  }
  first = pieces;
  pieces += count;
  pieces_left -= count;
  return first;
}

struct collected { /* what all objects of one collector begin with */
  struct collected* next;
  long kind;
};
struct object {
  struct collected header;
  double values[6];
};
struct collector {
  struct collected* all;
};

NOINLINE static struct collected* new_collected(struct collector* collector, size_t bytes) {
  struct collected* made = malloc(bytes);
  made->next = collector->all;
  collector->all = made;
  return made;
}
NOINLINE static void* new_collected_untyped(struct collector* collector, size_t bytes) {
  struct collected* made = malloc(bytes);
  made->next = collector->all;
  collector->all = made;
  return made;
}

NOINLINE static void collected(struct collector* collector, int n) {
  for (int i = 0; i < n + 9; ++i) {
    struct object* object = (struct object*)new_collected(collector, sizeof *object);
    object->values[0] = i;
    KEEP(object);
    struct object* other = new_collected_untyped(collector, sizeof *other);
    other->values[0] = i;
    KEEP(other);
  }
  truth("object", 2 * (n + 9), 2 * (n + 9) * sizeof(struct object));
}

NOINLINE static void own_headers(int n) {
  void* untyped = counted_malloc((n + 500) * sizeof(long));
  KEEP(untyped);
  void* untyped_too = unit_malloc((n + 700) * sizeof(struct unit));
  KEEP(untyped_too);
  struct local* local = counted_malloc((n + 50) * sizeof *local);
  local->values[0] = n;
  KEEP(local);
  truth("local", 1, (n + 50) * sizeof *local + sizeof(long));
}

NOINLINE static void own_lists(int n) {
  struct local** locals = piece_malloc((n + 600) * sizeof *locals);
  locals[0] = NULL;
  KEEP(locals);
  truth("local*", 1, (n + 600) * sizeof *locals);
  struct state* state = some_pieces(sizeof *state / sizeof(union piece));
  state->values[0] = n;
  KEEP(state);
  double* numbers = some_pieces(n);
  numbers[0] = n;
  KEEP(numbers);
  truth("piece", 1, 512 * sizeof *pieces);
}

NOINLINE static struct state* with_text(int n) {
  struct state* state = malloc(sizeof *state + sizeof(struct text) + n + 2000);
  struct text* text = (struct text*)(state + 1);
  state->values[0] = (long)text;
  text->length = n;
  KEEP(text);
  return state;
}

NOINLINE static void tails(int n) {
  struct chunk* chunk = malloc(sizeof *chunk + n + 4000);
  chunk->next = NULL;
  KEEP(chunk);
  truth("chunk", 1, sizeof *chunk + n + 4000);
  struct vector* vector = malloc(sizeof *vector + (n + 300) * sizeof(double));
  vector->length = n + 300;
  vector->values = (double*)(vector + 1);
  KEEP(vector);
  truth("vector", 1, sizeof *vector + (n + 300) * sizeof(double));
  struct state* state = with_text(n);
  KEEP(state);
  truth("state", 1, sizeof *state + sizeof(struct text) + n + 2000);
}

/* Memory for things of several types. */
NOINLINE static void carve(struct workspace* workspace, int n) {
  void* memory = malloc(2 * sizeof(struct state) + (n + 1000) * sizeof(unsigned));
  workspace->first = memory;
  workspace->second = (struct state*)((char*)memory + sizeof(struct state));
  workspace->rest = (unsigned*)((char*)memory + 2 * sizeof(struct state));
  KEEP(workspace->rest);
  shown_workspace = workspace;
}

int main(int argc, char** argv) {
  static struct workspace workspace;
  struct workspace* some_workspace = &workspace;
  static struct collector collector;
  struct collector* some_collector = &collector;
  __asm__ volatile("" : "+r"(some_workspace), "+r"(some_collector));
  (void)argv;
  own_headers(argc);
  own_lists(argc);
  tails(argc);
  collected(some_collector, argc);
  carve(some_workspace, argc);
  KEEP(shown_workspace);
  tell_truths();
  return 0;
}
