# Sources of one library that are compiled together read their headers once, as does clang-tidy, to which the standard
# library and CLI11 are most of the work. Builds that leave this off prove that each source includes what it uses.
# Names in unnamed namespaces must be unique within a folder for it.
if(MEMLINE_JOIN_SOURCES)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
endif()
