# SPDX-License-Identifier: MIT
# The headers, their license, and what makes them found: by find_package(eigentrain) and by pkg-config.
# Nothing of it depends on a processor, so all but the headers goes to share/. Nothing in it names a
# folder of this machine, so that the installed tree may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(eigentrain_cmake ${CMAKE_INSTALL_DATADIR}/cmake/eigentrain)
set(eigentrain_pkgconfig ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/eigentrain
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/eigentrain)

install(TARGETS eigentrain EXPORT eigentrain INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT eigentrain NAMESPACE eigentrain:: FILE eigentrain-targets.cmake
  DESTINATION ${eigentrain_cmake})
configure_package_config_file(cmake/eigentrain-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config.cmake INSTALL_DESTINATION ${eigentrain_cmake})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config-version.cmake DESTINATION ${eigentrain_cmake})

# For pkg-config the prefix is where the .pc file is found.
file(RELATIVE_PATH eigentrain_prefix
  ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" eigentrain_prefix "${eigentrain_prefix}")
set(eigentrain_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(eigentrain_includedir ${CMAKE_INSTALL_INCLUDEDIR})
endif()
configure_file(cmake/eigentrain.pc.in ${CMAKE_CURRENT_BINARY_DIR}/eigentrain.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/eigentrain.pc DESTINATION ${eigentrain_pkgconfig})
