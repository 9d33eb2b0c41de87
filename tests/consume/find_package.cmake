# SPDX-License-Identifier: MIT
# From the copy that was installed elsewhere and then moved, with the Eigen of this machine.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
if(NOT EIGEN_PACKAGE)  # it came as a target
  make_eigen(3.4.0)
  set(EIGEN_PACKAGE ${mine}/eigen-3.4.0)
endif()
consume(find_package -DVERSION=${major}.${minor}
  "-DCMAKE_PREFIX_PATH=${moved}" -DEigen3_DIR=${EIGEN_PACKAGE})
