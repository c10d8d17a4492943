# clang-tidy runs beside each compilation, so that only what changed is looked at again. The list of checks is .clang-tidy.
if(MEMLINE_CLANG_TIDY)
  find_program(MEMLINE_CLANG_TIDY_PROGRAM clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${MEMLINE_CLANG_TIDY_PROGRAM} --quiet)
endif()
