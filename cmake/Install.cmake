# What users get: the preload, the program, marker.h with a CMake package and a pkg-config file, the manual page.
include(CMakePackageConfigHelpers)

if(TARGET memline_preload)
  install(TARGETS memline_preload LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET memline)
  install(TARGETS memline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES include/memline/marker.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/memline)
install(FILES docs/memline.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# memline::marker is only an include path: the header finds the preload at run time and needs nothing to link.
add_library(memline_marker INTERFACE)
add_library(memline::marker ALIAS memline_marker)
set_target_properties(memline_marker PROPERTIES EXPORT_NAME marker)
target_include_directories(memline_marker INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS memline_marker EXPORT memline)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/memline)
install(EXPORT memline NAMESPACE memline:: FILE memlineConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/memlineConfigVersion.cmake
  COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/memlineConfigVersion.cmake DESTINATION ${package_dir})

# The prefix follows from the place of the file, so that `cmake --install --prefix` needs no new configure.
file(RELATIVE_PATH MEMLINE_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/memline.pc.in ${PROJECT_BINARY_DIR}/memline.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/memline.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
