# SPDX-License-Identifier: MIT
# From the copy that was installed elsewhere and then moved.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
make_eigen(3.4.0)
consume(find_package -DVERSION=${major}.${minor}
  "-DCMAKE_PREFIX_PATH=${moved}" -DEigen3_DIR=${mine}/eigen-3.4.0)
