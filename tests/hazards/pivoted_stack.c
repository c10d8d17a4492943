/* Hand-written code without unwind information moves sp to a buffer full of what looks like return addresses, right below an unmapped page, and
 * calls malloc there. */
#include <stdint.h>
#include <sys/mman.h>

#include "hazard.h"

void* pivot(size_t bytes, void* new_sp, void* (*function)(size_t));
__asm__(
    ".text\n.globl pivot\n.type pivot,@function\npivot:\n"
    "push %rbp\npush %rbx\nmov %rsp,%rbx\nmov %rsi,%rsp\nmov $0x7ffffffff008,%rbp\n"
    "call *%rdx\nmov %rbx,%rsp\npop %rbx\npop %rbp\nret\n.size pivot,.-pivot\n");

int main(void) {
  char* memory = mmap(NULL, 65536 + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(memory + 65536, 4096);
  uint64_t* const top = (uint64_t*)(memory + 65536);
  const uint64_t junk[] = {(uint64_t)main + 5, (uint64_t)printf + 3, 0x4141414141414141ULL, (uint64_t)memory - 8};
  int made = 0;
  for (int i = 0; i < 2000; ++i) {
    int words = 2 + i % 30 * 2;
    for (int k = 1; k <= words; ++k) top[-k] = junk[(i + k) % 4];
    void* p = pivot(9201, top - words, malloc);
    made += p != NULL;
    free(p);
  }
  printf("made %d\n", made);
  return 0;
}
