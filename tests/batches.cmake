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
    string(APPEND tests "\n#define EIGENTRAIN_TEST_FILE \"${room}/${name}: \"\n"
      "namespace ${room}_${name} {\n#include \"${source}\"\n}\n#undef EIGENTRAIN_TEST_FILE\n")
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
