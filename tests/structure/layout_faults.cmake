# SPDX-License-Identifier: MIT
# Makes small trees with one fault each and expects layout.cmake to name it.
#
#   cmake -D SCRATCH=<a folder to overwrite> -P layout_faults.cmake
cmake_minimum_required(VERSION 3.22)

set(spdx "// SPDX-License-Identifier: MIT\n")
set(once "#pragma once\n")
set(tree ${SCRATCH}/include/eigentrain)

# A tree that breaks no rule.
macro(start)
  file(REMOVE_RECURSE ${SCRATCH})
  file(WRITE ${tree}/core/a.hpp "${spdx}${once}#include <vector>\n#include <Eigen/Core>\n")
  file(WRITE ${tree}/init/b.hpp "${spdx}${once}#include \"eigentrain/core/a.hpp\"\n")
  file(WRITE ${tree}/optim/c.hpp "${spdx}${once}#include \"eigentrain/init/b.hpp\"\n")
  file(WRITE ${tree}/eigentrain.hpp "${spdx}${once}#include \"eigentrain/core/a.hpp\"\n"
    "#include \"eigentrain/init/b.hpp\"\n#include \"eigentrain/optim/c.hpp\"\n")
  file(WRITE ${SCRATCH}/tests/core/a.cpp "#include \"eigentrain/core/a.hpp\"\n")
  file(WRITE ${SCRATCH}/tests/init/b.cpp "#include \"eigentrain/init/b.hpp\"\n")
  file(WRITE ${SCRATCH}/tests/optim/c.cpp "#include \"eigentrain/optim/c.hpp\"\n")
endmacro()

macro(check)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -D ROOT=${SCRATCH} -P ${CMAKE_CURRENT_LIST_DIR}/layout.cmake
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

file(WRITE ${tree}/core/a.hpp "${once}")
expect("core/a.hpp: the first line")
file(WRITE ${tree}/core/a.hpp "${spdx}")
expect("core/a.hpp: #pragma once")
string(REPEAT "//\n" 199 long)
file(APPEND ${tree}/init/b.hpp "${long}")
expect("init/b.hpp: 202 lines")
file(APPEND ${tree}/core/a.hpp "#include \"eigentrain/init/b.hpp\"\n")
expect("core may include core and itself, not init/b.hpp")
file(APPEND ${tree}/init/b.hpp "#include \"eigentrain/optim/c.hpp\"\n")
expect("init may include core and itself, not optim/c.hpp")
file(APPEND ${tree}/init/b.hpp "#include \"eigentrain/core/z.hpp\"\n")
expect("init/b.hpp: includes core/z.hpp, which is not there")
file(APPEND ${tree}/init/b.hpp "#include \"a.hpp\"\n")
expect("init/b.hpp: write #include")
file(APPEND ${tree}/init/b.hpp "#include <random>\n")
expect("<random> is too heavy")
file(APPEND ${tree}/init/b.hpp "#include <boost/any.hpp>\n")
expect("<boost/any.hpp> is neither Eigen nor")
file(REMOVE ${SCRATCH}/tests/init/b.cpp)
expect("init/b.hpp: has no test")
file(WRITE ${SCRATCH}/tests/init/b.cpp "#include <vector>\n")
expect("tests/init/b.cpp: must include \"eigentrain/init/b.hpp\" first")
file(WRITE ${tree}/eigentrain.hpp "${spdx}${once}#include \"eigentrain/core/a.hpp\"\n"
  "#include \"eigentrain/init/b.hpp\"\n")
expect("eigentrain.hpp: does not include optim/c.hpp")
file(APPEND ${tree}/eigentrain.hpp "#include \"eigentrain/optim/z.hpp\"\n")
expect("eigentrain.hpp: includes optim/z.hpp, which is not there")

start()
file(WRITE ${tree}/io/d.hpp "${spdx}${once}#include \"eigentrain/init/b.hpp\"\n")
file(WRITE ${SCRATCH}/tests/io/d.cpp "#include \"eigentrain/io/d.hpp\"\n")
check()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "a header in io/ is refused:\n${output}")
endif()
file(APPEND ${tree}/eigentrain.hpp "#include \"eigentrain/io/d.hpp\"\n")
expect("eigentrain.hpp: includes io/d.hpp, which is for those who ask for it")

message("${tried} faults made, each was found")
