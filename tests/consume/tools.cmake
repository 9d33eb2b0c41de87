# SPDX-License-Identifier: MIT
# What the scripts beside it share; CMakeLists.txt says what they are given.
cmake_minimum_required(VERSION 3.22)

# Only what a test says itself may decide where things are found and how they are compiled.
foreach(name IN ITEMS DESTDIR CMAKE_PREFIX_PATH CMAKE_INSTALL_PREFIX CXXFLAGS Eigen3_DIR Eigen3_ROOT
    PKG_CONFIG_PATH PKG_CONFIG_LIBDIR)
  unset(ENV{${name}})
endforeach()
set(ENV{LC_ALL} C)

set(prefix ${SCRATCH}/prefix)       # where install.cmake puts a copy
set(moved "${SCRATCH}/moved here")  # and where it moves another one
cmake_path(GET CMAKE_SCRIPT_MODE_FILE STEM name)
set(mine ${SCRATCH}/${name})        # what only this test touches: they run at the same time
file(REMOVE_RECURSE ${mine})

# The version, from the one place where it stands.
file(READ ${SOURCE}/CMakeLists.txt text)
if(NOT text MATCHES "project\\(eigentrain VERSION (([0-9]+)\\.([0-9]+)\\.([0-9]+)) ")
  message(FATAL_ERROR "CMakeLists.txt names no version")
endif()
set(version ${CMAKE_MATCH_1})
set(major ${CMAKE_MATCH_2})
set(minor ${CMAKE_MATCH_3})
set(patch ${CMAKE_MATCH_4})

# expect(<what> <value> <the value it must have>)
function(expect what is wanted)
  if(NOT "${is}" STREQUAL "${wanted}")
    message(FATAL_ERROR "${what}\nmust be: ${wanted}\nand is: ${is}")
  endif()
endfunction()

# run(<command...>): it must succeed; what it says is in `output`.
function(run)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# refuse(<words> <command...>): it must fail and say these words.
function(refuse words)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  list(JOIN ARGN " " command)
  if(result EQUAL 0)
    message(FATAL_ERROR "${command}\nsucceeded, and must not:\n${output}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " said "${output}")  # CMake breaks lines
  string(FIND "${said}" "${words}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "${command}\nmust say \"${words}\", and said:\n${output}")
  endif()
endfunction()

# configuring(<variable> <source> <folder>): the command that does it, without arguments of its own.
function(configuring variable source folder)
  set(${variable} ${CMAKE_COMMAND} -S ${source} -B ${folder} -G ${GENERATOR}
    -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} -DCMAKE_CXX_COMPILER=${COMPILER} PARENT_SCOPE)
endfunction()

# make_eigen(<version>): a package of Eigen that says it is of that version, in ${mine}/eigen-<version>,
# for CMake and for pkg-config. CMake's version file accepts no other major version and no range
# across one, as that of Eigen 3.4.0 does.
include(CMakePackageConfigHelpers)
function(make_eigen version)
  set(folder ${mine}/eigen-${version})
  list(GET EIGEN 0 headers)
  file(WRITE ${folder}/Eigen3Config.cmake
    "add_library(Eigen3::Eigen INTERFACE IMPORTED)\n"
    "target_include_directories(Eigen3::Eigen INTERFACE \"${headers}\")\n")
  write_basic_package_version_file(${folder}/Eigen3ConfigVersion.cmake VERSION ${version}
    COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
  file(WRITE ${folder}/eigen3.pc
    "Name: Eigen3\nDescription: not really\nVersion: ${version}\nCflags: -I${headers}\n")
endfunction()

# cached(<folder> <name> <value>): what the cache of a configured folder must hold.
function(cached folder name value)
  file(STRINGS ${folder}/CMakeCache.txt line REGEX "^${name}:")
  string(REGEX REPLACE "^[^=]*=" "" is "${line}")
  expect(${name} "${is}" "${value}")
endfunction()

# consume(<way> <arguments for cmake...>): the project beside this file is configured, built and run.
function(consume way)
  configuring(configure ${CMAKE_CURRENT_LIST_DIR}/project ${mine}/build)
  run(${configure} -DWAY=${way} "-DCMAKE_CXX_FLAGS=${FLAGS}" ${ARGN})
  run(${CMAKE_COMMAND} --build ${mine}/build)
  run(${mine}/build/consumer)
  run(${CMAKE_COMMAND} --install ${mine}/build --prefix ${mine}/installed)
  file(GLOB installed ${mine}/installed/*)
  expect("what the project installs" "${installed}" "")
endfunction()
