/* Functions whose names carry escape sequences, a line end, HTML, and format directives; built without debug information, so that the names come from
 * the symbol table. */
#include "hazard.h"

#define FUNCTION(id, name)     \
  void id(void) __asm__(name); \
  NOINLINE void id(void) {     \
    blocks(10, 5701);          \
    KEEP(0);                   \
  }
FUNCTION(red, "esc\033[31mRED\033]0;owned\007")
FUNCTION(line, "two\nlines")
FUNCTION(html, "<script>alert(1)</script>")
FUNCTION(format, "%s%n%x{0}{}")
FUNCTION(bytes, "\xff\xfe\xc3")
FUNCTION(carriage, "back\rto start\x7f")

int main(void) {
  red();
  line();
  html();
  format();
  bytes();
  carriage();
  puts("ok");
  return 0;
}
