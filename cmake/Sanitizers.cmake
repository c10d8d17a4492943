# Sanitizers are for the whole tree, not for one target: an instrumented library in a plain program does not link.
if(MEMLINE_SANITIZE OR MEMLINE_FUZZ)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(MEMLINE_FUZZ)
  # Coverage everywhere; only the fuzz targets themselves link -fsanitize=fuzzer, which brings main().
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
