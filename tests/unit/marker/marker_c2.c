// A second C file that includes the header: nothing in it may be defined twice.
#include <memline/marker.h>

#include "marker_calls.h"

int active_from_second_c_file(void) {
  return memline_active();
}
