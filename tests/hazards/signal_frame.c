/* A SIGSEGV handler allocates; the fault is at the first instruction of victim_leaf, right behind wrong_name. Above a signal frame the address is
 * exact: one less would be wrong_name's. */
#define _GNU_SOURCE
#include <signal.h>
#include <ucontext.h>

#include "hazard.h"

int victim_leaf(int* at);
__asm__(
    ".text\n.globl wrong_name\n.type wrong_name,@function\nwrong_name:\n.cfi_startproc\nxor "
    "%eax,%eax\nret\n.cfi_endproc\n"
    ".size wrong_name,.-wrong_name\n.globl victim_leaf\n.type victim_leaf,@function\nvictim_leaf:\n.cfi_startproc\nmov "
    "(%rdi),%eax\nret\n.cfi_endproc\n.size victim_leaf,.-victim_leaf\n");

static void on_fault(int number, siginfo_t* info, void* context) {
  (void)number, (void)info;
  churn(1, 9301);
  ((ucontext_t*)context)->uc_mcontext.gregs[REG_RIP] += 2; /* past the load */
}

NOINLINE static void victim_caller(void) {
  victim_leaf((int*)8);
  KEEP(0);
}

int main(void) {
  struct sigaction action = {0};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, NULL);
  for (int i = 0; i < 100; ++i) victim_caller();
  puts("ok");
  return 0;
}
