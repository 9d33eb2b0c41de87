# SPDX-License-Identifier: MIT
# Checks the rules of the tree; see docs/design.md for their reasons.
#
#   cmake -D ROOT=<the project> -P layout.cmake
#
# core <- {init, gradient, direction, schedule, layers} <- {optim, io}: a room includes itself and
# core, optim and io include all of them, eigentrain.hpp includes every header but those of io, which
# cost more to compile; io alone may include nlohmann-json and POSIX. A header is one idea: it is
# short, has a test at the same relative path, and that test includes it first.
cmake_minimum_required(VERSION 3.22)

set(longest 200)
# One idea, in more words.
set(longest_gradient/history.hpp 210)  # with what it shows of itself
set(longest_eigentrain.hpp 1000)  # one line a header

# Compile time is a promise, and these cost the most of it (or print, or differ between platforms).
set(banned random iostream format regex ranges)

set(posix "fcntl\\.h|sys/stat\\.h|unistd\\.h")

set(faults 0)
macro(fault)
  message("${ARGV}")
  math(EXPR faults "${faults} + 1")
endmacro()

file(GLOB_RECURSE headers RELATIVE ${ROOT}/include/eigentrain ${ROOT}/include/eigentrain/*.hpp)
list(LENGTH headers count)
if(count EQUAL 0)
  message(FATAL_ERROR "no headers under ${ROOT}/include/eigentrain")
endif()

set(all_included "")
foreach(header IN LISTS headers)
  file(STRINGS ${ROOT}/include/eigentrain/${header} includes REGEX "^ *# *include")
  file(READ ${ROOT}/include/eigentrain/${header} text)

  if(NOT text MATCHES "^// SPDX-License-Identifier: MIT\n")
    fault("${header}: the first line must be // SPDX-License-Identifier: MIT")
  endif()
  if(NOT text MATCHES "(^|\n)#pragma once\n")
    fault("${header}: #pragma once is missing")
  endif()

  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" lines)
  set(limit ${longest})
  if(DEFINED longest_${header})
    set(limit ${longest_${header}})
  endif()
  if(lines GREATER limit)
    fault("${header}: ${lines} lines, more than ${limit}; a header that grows has two ideas")
  endif()

  set(room "")
  if(header MATCHES "^([^/]+)/")
    set(room ${CMAKE_MATCH_1})
  endif()
  foreach(include IN LISTS includes)
    if(include MATCHES "include \"eigentrain/(([^/\"]+)/[^\"]+)\"")
      set(included ${CMAKE_MATCH_1})
      set(other ${CMAKE_MATCH_2})
      if(room STREQUAL "")
        list(APPEND all_included ${included})
      elseif(NOT EXISTS ${ROOT}/include/eigentrain/${included})
        fault("${header}: includes ${included}, which is not there")
      elseif(NOT other STREQUAL room AND NOT other STREQUAL "core"
             AND NOT room MATCHES "^(optim|io)$")
        fault("${header}: ${room} may include core and itself, not ${included}")
      endif()
    elseif(include MATCHES "include \"")
      fault("${header}: write #include \"eigentrain/...\", not ${include}")
    elseif(include MATCHES "include <([^>]+)>")
      set(included ${CMAKE_MATCH_1})
      if(included IN_LIST banned)
        fault("${header}: <${included}> is too heavy for a header, or prints")
      elseif(room STREQUAL "io" AND included MATCHES "^(nlohmann/json.hpp|${posix})$")
        # The one room with dependencies of its own, and with files.
      elseif(NOT included MATCHES "^([a-z_0-9]+|Eigen/.*|[a-z]+intrin\\.h|arm_neon\\.h|omp\\.h)$")
        fault("${header}: <${included}> is neither Eigen nor the standard library")
      endif()
    endif()
  endforeach()

  if(NOT room STREQUAL "")
    string(REGEX REPLACE "\\.hpp$" ".cpp" test ${header})
    if(NOT EXISTS ${ROOT}/tests/${test})
      fault("${header}: has no test at tests/${test}")
    else()
      file(STRINGS ${ROOT}/tests/${test} first REGEX "^ *# *include" LIMIT_COUNT 1)
      if(NOT first STREQUAL "#include \"eigentrain/${header}\"")
        fault("tests/${test}: must include \"eigentrain/${header}\" first, not ${first}")
      endif()
    endif()
  endif()
endforeach()

foreach(header IN LISTS headers)
  if(header MATCHES "^io/")
    if(header IN_LIST all_included)
      fault("eigentrain.hpp: includes ${header}, which is for those who ask for it")
    endif()
  elseif(header MATCHES "/" AND NOT header IN_LIST all_included)
    fault("eigentrain.hpp: does not include ${header}")
  endif()
endforeach()
foreach(header IN LISTS all_included)
  if(NOT header IN_LIST headers)
    fault("eigentrain.hpp: includes ${header}, which is not there")
  endif()
endforeach()

if(faults GREATER 0)
  message(FATAL_ERROR "${faults} faults in the layout of ${count} headers")
endif()
message("${count} headers, no fault")
