# One interface target carries the warning flags of every target in the project.
add_library(memline_flags INTERFACE)
target_compile_options(memline_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
if(MEMLINE_WERROR)
  target_compile_options(memline_flags INTERFACE -Werror)
endif()
