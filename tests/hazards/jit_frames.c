/* Machine code made at run time calls malloc: no unwind information, no module, and rbp used for something else. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "hazard.h"

typedef void* (*Generated)(size_t, void* (*)(size_t));

int main(void) {
  /* push rbp; mov rbp, 0x7ff8000000000001; call rsi; pop rbp; ret */
  static const uint8_t kCode[] = {0x55, 0x48, 0xBD, 1, 0, 0, 0, 0, 0, 0xF8, 0x7F, 0xFF, 0xD6, 0x5D, 0xC3};
  void* code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(code, kCode, sizeof kCode);
  mprotect(code, 4096, PROT_READ | PROT_EXEC);
  Generated generated = (Generated)code;
  int made = 0;
  for (int i = 0; i < 2000; ++i) {
    void* p = generated(9101, malloc);
    made += p != NULL;
    free(p);
  }
  printf("made %d\n", made);
  return 0;
}
