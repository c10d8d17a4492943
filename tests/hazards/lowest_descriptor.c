/* Opens and closes for half a second and expects the lowest number each time, while two threads allocate; with a low limit on descriptors, too. */
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>

#include "busy_thread.h"

static int opened_elsewhere(int lowest, int rounds) {
  int failures = 0;
  for (int i = 0; i < rounds; ++i) {
    churn(1, 6901);
    int fd = open("/dev/null", O_RDONLY);
    failures += fd != lowest;
    close(fd);
    if (i % 1000 == 0) usleep(1000);
  }
  return failures;
}

int main(void) {
  pthread_t threads[2];
  int lowest = open("/dev/null", O_RDONLY);
  close(lowest);
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, busy, NULL);
  int failures = opened_elsewhere(lowest, 20000);
  stop = 1;
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  printf("lowest %d, elsewhere %d of 20000\n", lowest, failures);
  return failures != 0;
}
