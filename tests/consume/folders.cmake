# SPDX-License-Identifier: MIT
# A project that installs the library along with itself, into folders that it chooses, one of them not
# below the prefix.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
make_eigen(3.4.0)

file(WRITE ${mine}/parent/CMakeLists.txt
  "cmake_minimum_required(VERSION 3.22)\nproject(parent LANGUAGES CXX)\n"
  "add_subdirectory(\"${SOURCE}\" eigentrain)\n")
configuring(configure ${mine}/parent ${mine}/build)
list(APPEND configure -DEIGENTRAIN_INSTALL=ON -DEigen3_DIR=${mine}/eigen-3.4.0
  -DCMAKE_INSTALL_PREFIX=${mine}/prefix -DCMAKE_INSTALL_DATADIR=lib/parent/data)
configuring(find ${CMAKE_CURRENT_LIST_DIR}/requests ${mine}/requests)
list(APPEND find -DREQUEST=${version} -DEigen3_DIR=${mine}/eigen-3.4.0)
set(ENV{PKG_CONFIG_LIBDIR} "${mine}/eigen-3.4.0:${mine}/prefix/lib/parent/data/pkgconfig")

# installs_to(<folder for CMake> <the same, absolute>)
function(installs_to folder headers)
  file(REMOVE_RECURSE ${mine}/prefix)
  run(${configure} -DCMAKE_INSTALL_INCLUDEDIR=${folder})
  run(${CMAKE_COMMAND} --install ${mine}/build)
  file(GLOB_RECURSE found ${headers}/eigentrain/eigentrain.hpp)
  expect("the umbrella header" "${found}" ${headers}/eigentrain/eigentrain.hpp)
  run(${find} -Deigentrain_DIR=${mine}/prefix/lib/parent/data/cmake/eigentrain)  # looks there, too
  if(PKG_CONFIG)
    run(${PKG_CONFIG} --variable=includedir eigentrain)
    string(STRIP "${output}" output)
    cmake_path(SET output NORMALIZE "${output}")
    expect("pkg-config's folder" "${output}" ${headers})
  endif()
endfunction()
installs_to(include/parent/deep ${mine}/prefix/include/parent/deep)
installs_to(${mine}/elsewhere ${mine}/elsewhere)
