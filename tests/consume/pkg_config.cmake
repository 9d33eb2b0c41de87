# SPDX-License-Identifier: MIT
# A compiler and pkg-config, and no build system; from the copy that was moved.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)

# Nothing but Eigen of this version, and eigentrain.
function(with_eigen version)
  make_eigen(${version})
  set(ENV{PKG_CONFIG_LIBDIR} "${mine}/eigen-${version}:${moved}/share/pkgconfig")
endfunction()

with_eigen(3.3.9)
refuse("eigen3 >= 3.4" ${PKG_CONFIG} --print-errors --exists eigentrain)
with_eigen(5.0.1)
run(${PKG_CONFIG} --print-errors --exists eigentrain)
with_eigen(3.4.0)
run(${PKG_CONFIG} --print-errors --exists eigentrain)

run(${PKG_CONFIG} --modversion eigentrain)
string(STRIP "${output}" output)
expect("the version" "${output}" ${version})
run(${PKG_CONFIG} --libs eigentrain)
string(STRIP "${output}" output)
expect("what must be linked" "${output}" "")

run(${PKG_CONFIG} --cflags eigentrain)
separate_arguments(flags UNIX_COMMAND "${output}")
list(TRANSFORM flags REPLACE "^-I.+" folder OUTPUT_VARIABLE kinds)
expect("the kinds of flags" "${kinds}" "folder;folder")

separate_arguments(own UNIX_COMMAND "${FLAGS}")
set(compile ${COMPILER} ${own} -std=c++20 ${flags})
run(${compile} ${CMAKE_CURRENT_LIST_DIR}/project/main.cpp -o ${mine}/consumer)
run(${mine}/consumer)

# Whatever the headers include is installed too. The preprocessor knows.
file(WRITE ${mine}/everything.cpp "#include <eigentrain/eigentrain.hpp>\n")
run(${compile} -M ${mine}/everything.cpp)
string(FIND "${output}" "${SOURCE}/include" found)
expect("where the source tree is named" ${found} -1)
