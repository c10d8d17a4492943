/* Every program built with -fsanitize=address has this symbol; the test needs no more of it. */
void __asan_init(void);
void __asan_init(void) {}

int main(void) {
  return 0;
}
