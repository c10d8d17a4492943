/* Threads whose only and last act is a free, after the destructors: what we keep for a thread must go with it. */
#include <pthread.h>

#include "hazard.h"

static void* only_free(void* block) {
  free(block);
  return NULL;
}

static long resident_pages(void) {
  long pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  if (file != NULL) fclose(file);
  return pages;
}

static void run(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    pthread_create(&thread, NULL, only_free, malloc(8201));
    pthread_join(thread, NULL);
  }
}

int main(void) {
  run(1000);
  long before = resident_pages();
  run(5000);
  /* The trace itself takes a block of 64 KiB at a time. */
  printf("%s\n", resident_pages() - before < 128 ? "flat" : "grows");
  return 0;
}
