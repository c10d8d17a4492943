#include "hazard.h"

int answer(void) {
  blocks(10, 5801);
  return 42;
}
