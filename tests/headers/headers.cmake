# SPDX-License-Identifier: MIT
# Compiles every header of a folder alone, twice in a row, with all warnings as errors. (CMake's own
# header-set verification does the first, but knows nothing of warnings.)
#
#   cmake -D COMPILER=g++ -D INCLUDE=include -D EIGEN=/usr/include/eigen3 -D SCRATCH=/tmp/headers \
#     -D FOLDER=core -P headers.cmake
#
# Eigen, which takes most of the time, is parsed beforehand for those headers that include it, by
# whatever way, and only for them: the others find nothing of it. Without FOLDER, that is what is done.
cmake_minimum_required(VERSION 3.22)

list(APPEND FLAGS -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
include(${CMAKE_CURRENT_LIST_DIR}/../support/front_end.cmake)
if(NOT DEFINED FOLDER)
  parse_eigen()
  return()
endif()

# reaches_eigen(<variable> <header>)
function(reaches_eigen result header)
  get_property(known GLOBAL PROPERTY "reaches ${header}")
  if("${known}" STREQUAL "")
    set(known FALSE)
    file(STRINGS ${INCLUDE}/${header} includes REGEX "^ *# *include")
    foreach(include IN LISTS includes)
      if(include MATCHES "<Eigen/Core>")
        set(known TRUE)
      elseif(include MATCHES "\"(.*)\"")
        reaches_eigen(known ${CMAKE_MATCH_1})
      endif()
      if(known)
        break()
      endif()
    endforeach()
    set_property(GLOBAL PROPERTY "reaches ${header}" ${known})
  endif()
  set(${result} ${known} PARENT_SCOPE)
endfunction()

# A folder, or, as ".", the headers that are in none.
if(FOLDER STREQUAL ".")
  file(GLOB headers RELATIVE ${INCLUDE} ${INCLUDE}/eigentrain/*.hpp)
else()
  file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/eigentrain/${FOLDER}/*.hpp)
endif()
if(WITHOUT)  # what needs a library that isn't here
  list(FILTER headers EXCLUDE REGEX "${WITHOUT}")
endif()
list(LENGTH headers count)
if(count EQUAL 0)
  message(FATAL_ERROR "no headers in ${FOLDER}")
endif()
set(faults "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "[/.]" "_" name ${header})
  set(source ${SCRATCH}/${name}.cpp)
  file(WRITE ${source} "#include \"${header}\"\n#include \"${header}\"\n")
  set(before "")
  reaches_eigen(eigen_is_there ${header})
  if(eigen_is_there)
    set(before ${use_parsed})
  endif()
  execute_process(COMMAND ${compile} ${before} -fsyntax-only ${source}
    RESULT_VARIABLE result ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message("${header}:\n${output}")
    list(APPEND faults ${header})
  endif()
endforeach()
if(faults)
  message(FATAL_ERROR "not right alone: ${faults}")
endif()
message("${count} headers")
