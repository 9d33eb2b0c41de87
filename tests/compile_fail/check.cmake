# SPDX-License-Identifier: MIT
# Compiles one case with and without CONTROL; see CMakeLists.txt.
#
#   cmake -D COMPILER=g++ -D CASE=x.cpp -D INCLUDE=include -D EIGEN=/usr/include/eigen3 -P check.cmake
cmake_minimum_required(VERSION 3.22)

file(STRINGS ${CASE} expected REGEX "^// expect: ")
if(NOT expected)
  message(FATAL_ERROR "${CASE}: no line // expect: <regular expression>")
endif()

# The driver's flags of g++ and clang++; without optimization, nothing but the front end runs.
set(ENV{LC_ALL} C)  # plain quotes in the messages
set(compile ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE})
foreach(folder IN LISTS EIGEN)
  list(APPEND compile -isystem ${folder})
endforeach()
file(STRINGS ${CASE} flags REGEX "^// flags: " LIMIT_COUNT 1)
string(REPLACE "// flags: " "" flags "${flags}")
separate_arguments(flags)
list(APPEND compile ${flags})

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
