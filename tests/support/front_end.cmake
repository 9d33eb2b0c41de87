# SPDX-License-Identifier: MIT
# To be included: the front end of COMPILER (g++ or clang++) with FLAGS, for headers in INCLUDE, with Eigen
# in the folders EIGEN; and Eigen parsed once in SCRATCH, which takes most of the time of a small file.
#
#   ${compile} -fsyntax-only ${use_parsed} <file>    after parse_eigen() in an earlier call
set(ENV{LC_ALL} C)  # plain quotes in the messages
set(compile ${COMPILER} -std=c++20 ${FLAGS} -I${INCLUDE})
foreach(folder IN LISTS EIGEN)
  list(APPEND compile -isystem ${folder})
endforeach()
set(eigen ${SCRATCH}/eigen.hpp)
if(COMPILER MATCHES "clang")
  set(parsed ${eigen}.pch)
  set(use_parsed -include-pch ${parsed})
else()
  set(parsed ${eigen}.gch)
  set(use_parsed -Winvalid-pch -include ${eigen})
endif()

macro(parse_eigen)
  file(WRITE ${eigen} "#include <Eigen/Core>\n")
  execute_process(COMMAND ${compile} -x c++-header ${eigen} -o ${parsed} COMMAND_ERROR_IS_FATAL ANY)
endmacro()
