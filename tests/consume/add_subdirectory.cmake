# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
consume(add_subdirectory -DSOURCE=${SOURCE} "-DEIGEN=${EIGEN}")
