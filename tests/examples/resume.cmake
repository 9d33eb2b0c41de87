# SPDX-License-Identifier: MIT
# Twenty epochs in one process end in the same file, to the byte, as seven and thirteen in two.
#
#   cmake -D PROGRAM=<examples/resume> -D FOLDER=<to overwrite> -P resume.cmake
cmake_minimum_required(VERSION 3.22)

file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

# train(<file> <epochs>): the last line is in `said`.
function(train name epochs)
  execute_process(COMMAND ${PROGRAM} ${FOLDER}/${name} ${epochs}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${name} to ${epochs}: ${result} ${error}")
  endif()
  string(REGEX MATCH "[^\n]*$" said "${output}")
  set(said ${said} PARENT_SCOPE)
endfunction()

train(whole 20)
set(expected ${said})
train(parts 7)
train(parts 20)
if(NOT said STREQUAL expected OR NOT said MATCHES "^epoch 20  loss 0")
  message(FATAL_ERROR "without a stop: ${expected}\nwith one: ${said}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${FOLDER}/whole ${FOLDER}/parts
  RESULT_VARIABLE different)
file(GLOB files ${FOLDER}/*)
list(LENGTH files count)
if(different OR NOT count EQUAL 2)
  message(FATAL_ERROR "the files differ, or there are others: ${files}")
endif()

file(WRITE ${FOLDER}/broken "no checkpoint")
execute_process(COMMAND ${PROGRAM} ${FOLDER}/broken 3 RESULT_VARIABLE result ERROR_VARIABLE error)
if(NOT result EQUAL 1 OR NOT error MATCHES "broken: its header can't have [0-9]+ bytes\n$")
  message(FATAL_ERROR "a broken file: ${result} ${error}")
endif()
message("${expected}, in one process and in two")
