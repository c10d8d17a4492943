/* seccomp_after_start kill|errno [prctl|all-threads]: forbids itself nearly all system calls, allocates far more than what a trace has room for at the
 * start, and starts a thread that was not there before. */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "hazard.h"

#define ALLOW(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void* late_thread(void* unused) {
  churn(1000, 5602);
  return unused;
}

int main(int argc, char** argv) {
  const char* how = argc > 2 ? argv[2] : "";
  unsigned action = argc > 1 && strcmp(argv[1], "errno") == 0 ? SECCOMP_RET_ERRNO | 1 : SECCOMP_RET_KILL_PROCESS;
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(SYS_read),
      ALLOW(SYS_exit_group),
      ALLOW(SYS_exit),
      ALLOW(SYS_brk),
      ALLOW(SYS_mmap),
      ALLOW(SYS_munmap),
      ALLOW(SYS_mremap),
      ALLOW(SYS_mprotect),
      ALLOW(SYS_madvise),
      ALLOW(SYS_futex),
      ALLOW(SYS_rt_sigreturn),
      /* what the C library needs to start and end a thread */
      ALLOW(SYS_clone),
      ALLOW(SYS_clone3),
      ALLOW(SYS_set_robust_list),
      ALLOW(SYS_rseq),
      ALLOW(SYS_rt_sigprocmask),
      ALLOW(SYS_rt_sigaction),
      ALLOW(SYS_sched_getaffinity),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  setvbuf(stdout, NULL, _IONBF, 0);
  churn(1000, 5601); /* the C library's own first malloc asks for random bytes */
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  long result;
  if (strcmp(how, "prctl") == 0) {
    result = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
  } else {
    int flags = strcmp(how, "all-threads") == 0 ? SECCOMP_FILTER_FLAG_TSYNC : 0;
    result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  }
  if (result != 0) return 2;
  churn(5000, 5603);
  pthread_t thread;
  if (pthread_create(&thread, NULL, late_thread, NULL) != 0) return 3;
  pthread_join(thread, NULL);
  for (int i = 0; i < 3000000; ++i) churn(1, 5604 + (size_t)(i % 64) * 16);
  puts("ok");
  return 0;
}
