# Sanitizers are for all that is added from here on, not for one target: an instrumented library in a plain program does
# not link. The preload comes before: it lives in programs that know nothing of sanitizers.
if(MEMLINE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(MEMLINE_FUZZ)
  # Coverage everywhere; only the fuzz targets themselves link -fsanitize=fuzzer, which brings main().
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
