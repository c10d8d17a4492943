/* An LD_AUDIT library that does nothing: it lives in a namespace and with a C library of its own, and the preload is loaded there too. */
#include <link.h>

unsigned int la_version(unsigned int version) {
  return version;
}
