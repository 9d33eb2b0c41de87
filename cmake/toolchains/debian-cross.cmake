# SPDX-License-Identifier: MIT
# Debian's g++ for another processor, and qemu's user mode to run what it builds. Included by the files
# beside this one, with `eigentrain_processor` set to the name that both compiler and qemu have for it.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${eigentrain_processor})
set(CMAKE_CXX_COMPILER ${eigentrain_processor}-linux-gnu-g++)

# The other processor's C and C++ libraries lie under this folder. Everything else that the tests need
# (Eigen, Catch2, Random123) is headers, the same for all processors, and found where it always is.
set(eigentrain_libraries /usr/${eigentrain_processor}-linux-gnu)
find_program(EIGENTRAIN_QEMU NAMES qemu-${eigentrain_processor} qemu-${eigentrain_processor}-static)
set(CMAKE_CROSSCOMPILING_EMULATOR ${EIGENTRAIN_QEMU} -L ${eigentrain_libraries})

# zlib is for the programs in examples/, which aren't built here; the name satisfies find_package.
set(ZLIB_LIBRARY "not for ${eigentrain_processor}" CACHE STRING "Never linked")
