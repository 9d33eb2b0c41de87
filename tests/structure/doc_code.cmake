# SPDX-License-Identifier: MIT
# Checks that the code in the README, the pages and the guides is that of programs which are compiled.
#
#   cmake -D ROOT=<the project> -P doc_code.cmake
#
# A block of C++ (or of Python, in the guides) names its source in a comment right above it:
#
#   <!-- from examples/quickstart.cpp -->
#
# A page in docs/ may leave that out for what is from tests/structure/page_code.cpp.
# Each of its lines must stand in that file, in this order, however far it is indented. Comments at the
# end of a line count; empty lines, and lines that begin with "..." or "// ...", stand for what is left
# out.
cmake_minimum_required(VERSION 3.22)

set(faults 0)
macro(fault)
  message("${ARGV}")
  math(EXPR faults "${faults} + 1")
endmacro()

# lines_of(<variable> <file>): its lines without indentation, as a list. What means something in a
# list is written in another way.
function(lines_of variable file)
  file(READ ${file} text)
  string(REPLACE ";" "<semicolon>" text "${text}")
  string(REPLACE "[" "<open>" text "${text}")
  string(REPLACE "]" "<close>" text "${text}")
  string(REPLACE "\\" "<backslash>" text "${text}")
  string(REGEX REPLACE "[ \t]*\n[ \t]*" ";" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

file(GLOB pages RELATIVE ${ROOT} ${ROOT}/docs/*.md ${ROOT}/docs/guides/*.md)
set(blocks 0)
foreach(page IN ITEMS README.md LISTS pages)
  lines_of(lines ${ROOT}/${page})
  set(source "")
  set(in_block FALSE)
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(in_block AND line STREQUAL "```")
      set(in_block FALSE)
      set(source "")
    elseif(in_block AND in_block STREQUAL "other")
      continue()
    elseif(in_block)
      if(line STREQUAL "" OR line MATCHES "^((//|#) )?\\.\\.\\.")
        continue()
      endif()
      # Lines of the source are taken off as they are found.
      list(FIND code "${line}" at)
      if(at EQUAL -1)
        fault("${page}:${number}: this line is not in ${source}, or not behind those before: ${line}")
      else()
        math(EXPR at "${at} + 1")
        list(SUBLIST code ${at} -1 code)
      endif()
    elseif(line MATCHES "^<!-- from (.*) -->$")
      set(source ${CMAKE_MATCH_1})
    elseif(line MATCHES "^```(cpp|python)$")
      set(in_block TRUE)
      math(EXPR blocks "${blocks} + 1")
      if(source STREQUAL "" AND page MATCHES "^docs/[^/]*$")
        set(source tests/structure/page_code.cpp)
        if(line STREQUAL "```python")
          set(in_block "other")
          continue()
        endif()
      endif()
      if(source STREQUAL "")
        fault("${page}:${number}: the code names no source: <!-- from examples/... -->")
        set(in_block "other")
      elseif(NOT EXISTS ${ROOT}/${source})
        fault("${page}:${number}: ${source} is not there")
        set(in_block "other")
      else()
        lines_of(code ${ROOT}/${source})
      endif()
    elseif(line MATCHES "^```")
      set(in_block "other")
    elseif(NOT line STREQUAL "")
      set(source "")
    endif()
  endforeach()
endforeach()

if(faults GREATER 0)
  message(FATAL_ERROR "${faults} faults in ${blocks} blocks of code")
elseif(blocks EQUAL 0)
  message(FATAL_ERROR "no code found")
endif()
message("${blocks} blocks of code, no fault")
