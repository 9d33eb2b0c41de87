# SPDX-License-Identifier: MIT
# Headers, and a package for find_package(eigentrain).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(eigentrain_package ${CMAKE_INSTALL_DATADIR}/cmake/eigentrain)

install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/eigentrain
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS eigentrain EXPORT eigentrain INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT eigentrain NAMESPACE eigentrain:: FILE eigentrain-targets.cmake
  DESTINATION ${eigentrain_package})

configure_package_config_file(cmake/eigentrain-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config.cmake INSTALL_DESTINATION ${eigentrain_package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/eigentrain-config-version.cmake DESTINATION ${eigentrain_package})
