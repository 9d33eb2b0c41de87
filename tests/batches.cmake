# SPDX-License-Identifier: MIT
# Many test files in one translation unit: Eigen and Catch2 are parsed once for all of them, and what
# several files instantiate is compiled once.
#
# A file that stands alone stands here too, without a change: all that the files include is included
# first, so that their own #include lines find everything there already, and then each stands in a
# namespace of its own. (Whether a header compiles first and alone, tests/structure tries.)

# eigentrain_test_alone(<variable> <source>): true if what the file includes depends on macros, or on
# where it is included, so that it can't be compiled with others.
function(eigentrain_test_alone result source)
  file(READ ${source} text)
  # A CMake list, so: no semicolons and brackets.
  string(REGEX REPLACE "[][;]" "" text "${text}")
  set(${result} FALSE PARENT_SCOPE)
  if(text MATCHES "\n# *(define|if)[^\n]*(\n.*)?\n# *include")
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# eigentrain_test_without(<copy> <source> <cases>): writes a copy of a file without the cases that don't run,
# as eigentrain_test_cases says; those of bits alone take half of the time to compile. Lines keep their numbers.
# What the file includes, its batch includes before. It relies on how clang-format sets a test case: its
# name begins, and its last brace stands, at the beginning of a line.
function(eigentrain_test_without copy source cases)
  file(READ ${source} text)
  string(REGEX REPLACE "\n#include [^\n]*" "\n" text "${text}")
  set(kept "#line 1 \"${source}\"\n")
  while(TRUE)
    string(FIND "${text}" "\nTEST_CASE" begin)
    string(FIND "${text}" "\nTEMPLATE_TEST_CASE" begin_template)
    if(begin EQUAL -1 OR (begin_template GREATER -1 AND begin_template LESS begin))
      set(begin ${begin_template})
    endif()
    if(begin EQUAL -1)
      break()
    endif()
    string(SUBSTRING "${text}" 0 ${begin} before)
    string(SUBSTRING "${text}" ${begin} -1 text)
    string(FIND "${text}" "\n}\n" end)
    if(end EQUAL -1)
      message(FATAL_ERROR "A test case in ${source} doesn't end with a brace at the beginning of a line")
    endif()
    math(EXPR end "${end} + 2")
    string(SUBSTRING "${text}" 0 ${end} case)
    string(SUBSTRING "${text}" ${end} -1 text)
    if((cases MATCHES " bits " AND NOT case MATCHES "^\n[A-Z_]*TEST_CASE[A-Z_]*\\([ \n]*\"[^\"]* bits ")
        OR (cases MATCHES "long" AND case MATCHES "^[^{]*\\[long\\]"))
      string(REGEX REPLACE "[^\n]+" "" case "${case}")
    endif()
    string(APPEND kept "${before}" "${case}")
  endwhile()
  file(CONFIGURE OUTPUT ${copy} CONTENT "${kept}${text}" @ONLY)
endfunction()

# eigentrain_test_batch(<file> <room> <first> <source>...): writes the file; <first> is a header to be
# included before all others, or "".
function(eigentrain_test_batch file room first)
  set(includes "#include \"support/batch.hpp\"")
  if(first)
    list(PREPEND includes "#include \"${first}\"")
  endif()
  set(tests "")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM name)
    cmake_path(GET source PARENT_PATH folder)
    file(STRINGS ${source} lines REGEX "^#include ")
    foreach(line IN LISTS lines)
      if(line MATCHES "\"(.*)\"")
        set(included ${CMAKE_MATCH_1})
        if(EXISTS ${folder}/${included})  # found from the folder of the source
          set(line "#include \"${folder}/${included}\"")
        endif()
      endif()
      list(APPEND includes ${line})
    endforeach()
    set(compiled ${source})
    eigentrain_test_cases(cases ${source})
    if(cases)
      cmake_path(GET file PARENT_PATH batches)
      set(compiled ${batches}/some_${room}_${name}.hpp)
      eigentrain_test_without(${compiled} ${source} "${cases}")
    endif()
    string(APPEND tests "\n#define EIGENTRAIN_TEST_FILE \"${room}/${name}: \"\n"
      "namespace ${room}_${name} {\n#include \"${compiled}\"\n}\n#undef EIGENTRAIN_TEST_FILE\n")
    file(STRINGS ${source} macros REGEX "^#define [A-Za-z_]")
    foreach(macro IN LISTS macros)
      string(REGEX REPLACE "^#define ([A-Za-z_0-9]+).*" "#undef \\1\n" undefine "${macro}")
      string(APPEND tests "${undefine}")
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES includes)
  list(JOIN includes "\n" includes)
  file(CONFIGURE OUTPUT ${file} CONTENT "${includes}\n${tests}" @ONLY)
  # Their includes stand in the batch too.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
endfunction()
