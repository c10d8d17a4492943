/* The kernel keeps hold of blocks and fills them while the program does something else: they have to be where the allocator put them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "hazard.h"

enum { kBytes = 8192 };

static char* map_ring(int ring, size_t bytes, long long offset) {
  return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);
}

/* Reads the file into a registered buffer; gives what the kernel says of it. */
static int read_fixed(int ring, const struct io_uring_params* made, int file, void* block) {
  char* submission = map_ring(ring, made->sq_off.array + made->sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
  char* completion =
      map_ring(ring, made->cq_off.cqes + made->cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
  struct io_uring_sqe* entry = (void*)map_ring(ring, made->sq_entries * sizeof *entry, IORING_OFF_SQES);
  if (submission == MAP_FAILED || completion == MAP_FAILED || (void*)entry == MAP_FAILED) return -1;
  entry->opcode = IORING_OP_READ_FIXED;
  entry->fd = file;
  entry->addr = (unsigned long)block;
  entry->len = kBytes;
  entry->buf_index = 0;
  ((unsigned*)(submission + made->sq_off.array))[0] = 0;
  __atomic_store_n((unsigned*)(submission + made->sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1) return -1;
  return ((struct io_uring_cqe*)(completion + made->cq_off.cqes))->res;
}

int main(void) {
  void* block = NULL;
  if (posix_memalign(&block, 4096, kBytes) != 0) return 2;
  memset(block, 'x', kBytes);
  struct io_uring_params made = {0};
  int ring = (int)syscall(SYS_io_uring_setup, 4, &made);
  if (ring < 0) {
    puts("no io_uring here");
    return 0;
  }
  struct iovec buffer = {block, kBytes};
  printf("registered %ld\n", syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1));
  churn(1000, 5991);
  int file = open("/dev/zero", O_RDONLY);
  printf("read %d\n", read_fixed(ring, &made, file, block));
  size_t zeros = 0;
  for (size_t i = 0; i < kBytes; ++i) zeros += ((char*)block)[i] == 0;
  printf("%zu zeros\n", zeros);
  return 0;
}
