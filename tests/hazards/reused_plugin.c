/* Built twice, as two plugins with the same layout and other names. */
#include "hazard.h"

NOINLINE static void PLUGIN_FUNCTION(void) {
  churn(1, PLUGIN_BYTES);
  KEEP(0);
}
void run(void) {
  for (int i = 0; i < 1000; ++i) PLUGIN_FUNCTION();
}
