# SPDX-License-Identifier: MIT
# The recipe's own Python, with stand-ins for Conan's (conan_stand_in.py), and the program of its test_package,
# built with the installed package.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
make_eigen(3.4.0)

run(${PYTHON} -B ${CMAKE_CURRENT_LIST_DIR}/conan_stand_in.py ${SOURCE} ${mine} ${version})
message("${output}")

configuring(configure ${SOURCE}/packaging/conan/test_package ${mine}/build)
run(${configure} "-DCMAKE_CXX_FLAGS=${FLAGS}" -DCMAKE_PREFIX_PATH=${prefix}
  -DEigen3_DIR=${mine}/eigen-3.4.0)
run(${CMAKE_COMMAND} --build ${mine}/build)
run(${mine}/build/consumer)
