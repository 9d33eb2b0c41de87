# SPDX-License-Identifier: MIT
# 64-bit ARM: the NEON baseline, with FMA instructions that must not be used.

set(eigentrain_processor aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
