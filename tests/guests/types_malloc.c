/* Blocks of malloc and its like: what the pointer is kept in tells what they are for. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "truth.h"

struct list {
  struct list* next;
  int value;
};
typedef struct {
  double re, im;
} complex_t;
struct tree {
  struct tree *left, *right;
  char* name;
  uint32_t* counts;
  struct {
    short* samples;
  } inner;
};
struct matrix {
  int rows, columns;
  float** cells;
};
struct open {
  int length;
  char text[];
};
struct wrapped {
  int values[9];
};
struct tagged { /* its text follows it */
  long length;
  int tag, more;
};
struct header {
  int kind, size;
};
struct larger {
  struct header header;
  double values[4];
};
struct derived { /* five times as large as what it begins with */
  struct header header;
  float values[8];
};
struct grown {
  long a, b, c;
};
struct local {
  int values[5];
};

struct in_row {
  int values[11];
};
struct in_slot {
  int values[13];
};
struct slot {
  long number;
  struct in_slot* kept;
  char* name;
};

struct left {
  int values[7];
};

struct room {
  double* numbers;
  char* letters;
};

struct list* head;
complex_t* table;
struct local* shelf[4];
struct in_row* row[40];
struct slot slots[40];

NOINLINE static void* xmalloc(size_t bytes) {
  void* block = malloc(bytes);
  if (!block) abort();
  return block;
}
NOINLINE static void* counting_malloc(size_t bytes) {
  size_t* block = malloc(bytes + 16);
  if (!block) return NULL;
  *block = bytes;
  return (char*)block + 16;
}

/* Leave the block where an argument points to, whatever it is for. */
NOINLINE static int leaving_malloc(size_t bytes, void** out) {
  void* block = malloc(bytes);
  if (!block) return -1;
  *out = block;
  return 0;
}
NOINLINE static void counting_leaving_malloc(size_t bytes, void** out) {
  size_t* block = malloc(bytes + 16);
  if (!block) abort();
  *block = bytes;
  *out = (char*)block + 16;
}
NOINLINE static int handing_on_malloc(void** out, size_t count, size_t bytes) {
  if (bytes > 1000) return -1;
  int failed = leaving_malloc(count * bytes, out);
  KEEP(out);
  return failed - 1;
}
NOINLINE static void* returning_malloc(size_t bytes) {
  void* block = NULL;
  if (leaving_malloc(bytes, &block) != 0) abort();
  return block;
}
/* The pointer comes back from memset, mostly by a jump to it, and from memcpy. */
NOINLINE static void* passed_through_memset(size_t bytes) {
  void* block = malloc(bytes);
  if (!block) return NULL;
  return memset(block, 0x5a, bytes);
}
NOINLINE static void* copied(const void* bytes, size_t count) {
  char* block = memcpy(xmalloc(count), bytes, count);
  KEEP(count);
  return block;
}

NOINLINE static void lists(int n) {
  for (int i = 0; i < n + 9; ++i) {
    struct list* node = malloc(sizeof *node);
    node->next = head;
    node->value = i;
    head = node;
  }
  truth("list", n + 9, (n + 9) * sizeof(struct list));
}

NOINLINE static void trees(struct tree* parent, int n) {
  parent->left = calloc(1, sizeof(struct tree));
  KEEP(parent->left);
  truth("tree", 1, sizeof(struct tree));
  parent->left->counts = malloc((n + 16) * sizeof(uint32_t));
  KEEP(parent->left->counts);
  truth("unsigned int", 1, (n + 16) * sizeof(uint32_t));
  parent->inner.samples = malloc((n + 20) * sizeof(short));
  KEEP(parent->inner.samples);
  truth("short", 1, (n + 20) * sizeof(short));
  parent->name = strdup("the name of a tree");
  truth("char", 1, 19);
}

NOINLINE static void matrices(struct matrix* matrix, int n) {
  matrix->rows = 3;
  matrix->cells = malloc(3 * sizeof(float*));
  for (int i = 0; i < 3; ++i) {
    matrix->cells[i] = malloc((n + 40) * sizeof(float));
    KEEP(matrix->cells[i]);
  }
  truth("float*", 1, 3 * sizeof(float*));
  truth("float", 3, 3 * (n + 40) * sizeof(float));
}

NOINLINE static void globals(int n) {
  table = calloc(n + 12, sizeof(complex_t));
  KEEP(table);
  truth("complex_t", 1, (n + 12) * sizeof(complex_t));
  shelf[n] = malloc(sizeof(struct local));
  KEEP(shelf[n]);
  truth("local", 1, sizeof(struct local));
}

/* A loop of optimized code moves a pointer over them, at times past the element before it writes to that. */
NOINLINE static void rows(void) {
  for (int i = 0; i < 40; ++i) row[i] = malloc(sizeof(struct in_row));
  KEEP(row);
  truth("in_row", 40, 40 * sizeof(struct in_row));
  for (int i = 0; i < 40; ++i) {
    slots[i].kept = malloc(sizeof(struct in_slot));
    slots[i].number = i;
  }
  KEEP(slots);
  truth("in_slot", 40, 40 * sizeof(struct in_slot));
}

NOINLINE static void wrappers(int n) {
  struct wrapped* wrapped = xmalloc(sizeof *wrapped);
  wrapped->values[0] = n;
  KEEP(wrapped);
  struct wrapped* counted = counting_malloc(2 * sizeof *counted);
  counted->values[0] = n;
  KEEP(counted);
  /* Of sizes that the compiler does not know, so that it calls them. */
  const size_t bytes = (n + 3) * sizeof(struct wrapped);
  struct wrapped* filled = memset(xmalloc(bytes), 0x5a, bytes);
  filled->values[0] = n;
  KEEP(filled);
  struct wrapped* passed = passed_through_memset((n + 1) * sizeof *passed);
  passed->values[0] = n;
  KEEP(passed);
  struct wrapped* copy = copied(filled, (n + 1) * sizeof *copy);
  copy->values[0] = n;
  KEEP(copy);
  truth("wrapped", 5, (3 + 3 * n + 5) * sizeof(struct wrapped) + 16);
}

NOINLINE static void left(struct left** kept, int n) {
  struct left* direct = NULL;
  struct left* handed_on = NULL;
  void* counted = NULL;
  if (leaving_malloc(sizeof *direct, (void**)&direct) != 0) abort();
  direct->values[0] = n;
  KEEP(direct);
  if (handing_on_malloc((void**)&handed_on, n + 2, sizeof *handed_on) != -1) abort();
  handed_on->values[0] = n;
  KEEP(handed_on);
  counting_leaving_malloc((n + 3) * sizeof(struct left), &counted);
  struct left* behind = counted;
  behind->values[0] = n;
  KEEP(behind);
  *kept = returning_malloc((n + 4) * sizeof **kept);
  (*kept)->values[0] = n;
  truth("left", 4, (3 * n + 10) * sizeof(struct left) + 16);
}

NOINLINE static void others(int n) {
  struct grown* grown = NULL;
  for (int i = 1; i < n + 5; ++i) {
    grown = realloc(grown, i * sizeof *grown);
    grown[i - 1].a = i;
    KEEP(grown);
  }
  truth("grown", 1, (n + 4) * sizeof(struct grown));
  struct open* open = malloc(sizeof *open + n + 29);
  open->length = n;
  KEEP(open);
  truth("open", 1, sizeof(struct open) + n + 29);
  unsigned char* bytes = malloc(n + 300);
  memset(bytes, 1, n + 300);
  KEEP(bytes);
  truth("unsigned char", 1, n + 300);
}

/* Their pointers are left where the first argument points to. */
NOINLINE static void aligned(struct room* room, int n) {
  struct local* locals;
  void* untyped;
  if (posix_memalign((void**)&room->numbers, 64, (n + 30) * sizeof(double)) != 0 ||
      posix_memalign((void**)&room->letters, 64, n + 50) != 0 ||
      posix_memalign((void**)&locals, 64, (n + 3) * sizeof *locals) != 0 ||
      posix_memalign(&untyped, 64, (n + 6) * sizeof(struct grown)) != 0) {
    abort();
  }
  room->numbers[0] = n;
  room->letters[0] = 'x';
  locals[0].values[0] = n;
  struct grown* grown = untyped;
  grown[0].a = n;
  KEEP(locals);
  KEEP(grown);
  truth("double", 1, (n + 30) * sizeof(double));
  truth("char", 1, n + 50);
  truth("local", 1, (n + 3) * sizeof *locals);
  truth("grown", 1, (n + 6) * sizeof(struct grown));
}

NOINLINE static struct tagged* make_tagged(const char* text, size_t length) {
  struct tagged* made = malloc(sizeof *made + length + 1);
  char* inside = (char*)(made + 1);
  made->length = (long)length;
  KEEP(inside);
  memcpy(inside, text, length + 1);
  return made;
}

NOINLINE static struct tagged* make_room(size_t length) {
  struct tagged* made = malloc(sizeof *made + length + 1);
  made->length = (long)length;
  return made;
}
NOINLINE static char* make_text(const char* text, size_t length) {
  struct tagged* made = make_room(length);
  return memcpy(made + 1, text, length + 1);
}

NOINLINE static struct header* make_object(size_t bytes, int kind) {
  struct header* object = malloc(bytes);
  object->kind = kind;
  return object;
}

/* A head whose size depends on the length, as of strings that know theirs. */
NOINLINE static char* make_string(int length) {
  const int head = length < 64 ? 1 : length < 4096 ? 3 : 9;
  void* block = malloc(head + length + 1);
  if (!block) abort();
  char* text = (char*)block + head;
  text[-1] = (char)head;
  memset(text, 'x', length + 1);
  return text;
}

NOINLINE static void heads(int n) {
  static const char text[] = "sixteen and more";
  struct tagged* tagged = make_tagged(text, sizeof text - 1);
  KEEP(tagged);
  truth("tagged", 1, sizeof *tagged + sizeof text);
  char* inside = make_text(text, sizeof text - 1);
  KEEP(inside);
  truth_if_known("tagged", 1, sizeof *tagged + sizeof text);
  char* string = make_string(n + 99);
  KEEP(string);
  truth("char", 1, 3 + n + 99 + 1);
  /* The smaller one would fit several times. */
  struct header* header = malloc(sizeof(struct larger));
  struct larger* larger = (struct larger*)header;
  header->kind = n;
  larger->values[0] = n;
  KEEP(header);
  KEEP(larger);
  truth("larger", 1, sizeof *larger);
  struct derived* derived = (struct derived*)make_object(sizeof *derived, n);
  KEEP(derived);
  truth("derived", 1, sizeof *derived);
  struct header* headers = make_object((n + 2) * sizeof *headers, n);
  KEEP(headers);
  truth("header", 1, (n + 2) * sizeof *headers);
}

int main(int argc, char** argv) {
  static struct tree root;
  static struct matrix matrix;
  /* Where it is known which one is meant, clang passes none, and a variable that nobody passes has no place. */
  struct tree* some_root = &root;
  struct matrix* some_matrix = &matrix;
  static struct room room;
  struct room* some_room = &room;
  static struct left* kept;
  struct left** some_kept = &kept;
  __asm__ volatile("" : "+r"(some_root), "+r"(some_matrix), "+r"(some_room), "+r"(some_kept));
  (void)argv;
  lists(argc);
  trees(some_root, argc);
  matrices(some_matrix, argc);
  globals(argc);
  rows();
  wrappers(argc);
  left(some_kept, argc);
  others(argc);
  aligned(some_room, argc);
  heads(argc);
  tell_truths();
  return 0;
}
