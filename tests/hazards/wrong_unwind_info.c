/* Two functions whose unwind information is wrong: one puts the CFA a page above the stack, one says that the frame below is its own caller, for
 * ever. */
#include "hazard.h"

void* far_away(size_t bytes);
void* turns_round(size_t bytes);
__asm__(
    ".text\n.globl far_away\n.type far_away,@function\nfar_away:\n.cfi_startproc\n"
    "sub $8,%rsp\n.cfi_def_cfa_offset 0x7000000\ncall malloc@PLT\nadd $8,%rsp\nret\n.cfi_endproc\n.size "
    "far_away,.-far_away\n"
    ".globl turns_round\n.type turns_round,@function\nturns_round:\n.cfi_startproc\n"
    "sub $8,%rsp\n.cfi_def_cfa_offset 0\ncall malloc@PLT\nadd $8,%rsp\nret\n.cfi_endproc\n.size "
    "turns_round,.-turns_round\n");

int main(void) {
  int made = 0;
  for (int i = 0; i < 1000; ++i) {
    void* p = far_away(9251);
    void* q = turns_round(9252);
    made += p != NULL && q != NULL;
    free(p);
    free(q);
  }
  printf("made %d\n", made);
  return 0;
}
