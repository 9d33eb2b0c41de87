# SPDX-License-Identifier: MIT
# Every file or folder of this tree that docs/promises.md names must be there: a promise whose proof was
# moved or deleted is none.
#
#   cmake -D ROOT=<the project> -P promises.cmake
cmake_minimum_required(VERSION 3.22)

file(READ ${ROOT}/docs/promises.md text)
string(REPLACE ";" " " text "${text}")
# Code spans that begin with a folder of ours; arguments behind a name don't count.
string(REGEX MATCHALL "`(\\.ci|bench|cmake|docs|examples|fuzz|include|scripts|tests)/[^` ]*" names "${text}")
list(REMOVE_DUPLICATES names)
list(LENGTH names count)
if(count LESS 20)
  message(FATAL_ERROR "docs/promises.md names ${count} files only; did its form change?")
endif()

set(missing "")
foreach(name IN LISTS names)
  string(SUBSTRING ${name} 1 -1 name)
  if(NOT EXISTS ${ROOT}/${name})
    list(APPEND missing ${name})
  endif()
endforeach()
if(missing)
  list(JOIN missing ", " missing)
  message(FATAL_ERROR "docs/promises.md names what is not there: ${missing}")
endif()
message("${count} proofs are where docs/promises.md says")
