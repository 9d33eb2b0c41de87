# SPDX-License-Identifier: MIT
# To be included by what makes trees with one fault each, in SCRATCH, by its macro start(), and expects
# the checker ${checked} to name it.

macro(check)
  execute_process(COMMAND ${CMAKE_COMMAND} -D ROOT=${SCRATCH} -P ${CMAKE_CURRENT_LIST_DIR}/${checked}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
endmacro()

# expect(<part of the message>): the checker fails, with one fault, and says so.
set(tried 0)
macro(expect words)
  check()
  string(FIND "${output}" "${words}" found)
  if(result EQUAL 0)
    message(FATAL_ERROR "not noticed: ${words}\n${output}")
  elseif(found EQUAL -1 OR NOT output MATCHES "1 faults in")
    message(FATAL_ERROR "expected only: ${words}\ngot: ${output}")
  endif()
  math(EXPR tried "${tried} + 1")
  start()
endmacro()

start()
check()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "a tree without faults was refused: ${output}")
endif()
