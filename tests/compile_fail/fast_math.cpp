// SPDX-License-Identifier: MIT
// expect: -ffast-math breaks its finite checks and its bits
#if defined(CONTROL)
#define EIGENTRAIN_ALLOW_FAST_MATH
#endif
#define __FAST_MATH__ 1  // what the compilers define under the flag
#include "eigentrain/core/simd.hpp"
