# SPDX-License-Identifier: MIT
# Compiles one case with and without CONTROL; see CMakeLists.txt. Without CASE, Eigen is parsed for
# all of them, which takes most of the time.
#
#   cmake -D COMPILER=g++ -D INCLUDE=include -D EIGEN=/usr/include/eigen3 -D SCRATCH=/tmp -P check.cmake
#   cmake (the same) -D CASE=x.cpp -P check.cmake
cmake_minimum_required(VERSION 3.22)

# Without optimization, nothing but the front end runs.
include(${CMAKE_CURRENT_LIST_DIR}/../support/front_end.cmake)
if(NOT DEFINED CASE)
  parse_eigen()
  return()
endif()

file(STRINGS ${CASE} expected REGEX "^// expect: ")
if(NOT expected)
  message(FATAL_ERROR "${CASE}: no line // expect: <regular expression>")
endif()

# Flags of its own, which Eigen was not parsed with.
file(STRINGS ${CASE} flags REGEX "^// flags: " LIMIT_COUNT 1)
string(REPLACE "// flags: " "" flags "${flags}")
separate_arguments(flags)
if(NOT flags)
  set(flags ${use_parsed})
endif()
list(APPEND compile -fsyntax-only ${flags})

execute_process(COMMAND ${compile} -DCONTROL ${CASE} RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the control must compile:\n${output}")
endif()

execute_process(COMMAND ${compile} ${CASE} RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "compiled, and must not")
endif()
foreach(line IN LISTS expected)
  string(REPLACE "// expect: " "" pattern "${line}")
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "expected a message like \"${pattern}\", got:\n${output}")
  endif()
endforeach()
