# SPDX-License-Identifier: MIT
# The version stands in one place, and what repeats it for others says the same. Options are named
# after the project.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)

file(READ ${SOURCE}/packaging/vcpkg/eigentrain/vcpkg.json port)
string(JSON name GET "${port}" name)
string(JSON port_version GET "${port}" version)
expect("the name in vcpkg.json" "${name}" eigentrain)
expect("the version in vcpkg.json" "${port_version}" ${version})

file(STRINGS ${SOURCE}/conanfile.py lines REGEX "^    version = ")
expect("the version in conanfile.py" "${lines}" "    version = \"${version}\"")

# Whatever a user can set. The two of CMake's own are set only at the top level, which
# project/CMakeLists.txt checks.
file(GLOB_RECURSE files ${SOURCE}/CMakeLists.txt ${SOURCE}/cmake/* ${SOURCE}/bench/CMakeLists.txt
  ${SOURCE}/examples/CMakeLists.txt ${SOURCE}/tests/CMakeLists.txt)
list(FILTER files EXCLUDE REGEX "/(build|consume|toolchains)/")
set(count 0)
foreach(file IN LISTS files)
  file(STRINGS ${file} lines
    REGEX "^ *((option|find_path|find_program|find_library)\\(|set\\(.* CACHE )")
  foreach(line IN LISTS lines)
    math(EXPR count "${count} + 1")
    if(NOT line MATCHES "[( \"]EIGENTRAIN_[A-Z0-9_]+"
       AND NOT line MATCHES "set\\(CMAKE_(CXX_FLAGS_RELEASE|BUILD_TYPE) ")
      message(FATAL_ERROR "${file}: not named after the project: ${line}")
    endif()
  endforeach()
endforeach()
if(count LESS 8)
  message(FATAL_ERROR "only ${count} options were found")
endif()
message("version ${version}, ${count} names that a user can set")
