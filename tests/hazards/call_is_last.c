/* The call is the last instruction of caller_name: its return address is the first of next_name. */
#include "hazard.h"

void caller_name(void);
__asm__(
    ".text\n.globl caller_name\n.type caller_name,@function\ncaller_name:\n.cfi_startproc\nsub "
    "$8,%rsp\n.cfi_def_cfa_offset 16\n"
    "call leave_for_good\n.cfi_endproc\n.size caller_name,.-caller_name\n.globl next_name\n.type next_name,@function\n"
    "next_name:\n.cfi_startproc\nsub $72,%rsp\n.cfi_def_cfa_offset 80\nadd $72,%rsp\n.cfi_def_cfa_offset "
    "8\nret\n.cfi_endproc\n"
    ".size next_name,.-next_name\n");

__attribute__((used)) void leave_for_good(void) {
  blocks(100, 9501);
  puts("ok");
  exit(0);
}

int main(void) {
  caller_name();
  return 1;
}
