# SPDX-License-Identifier: MIT
# IBM Z: big-endian, with FMA instructions that must not be used.

set(eigentrain_processor s390x)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
