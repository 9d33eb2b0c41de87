// SPDX-License-Identifier: MIT
// expect: -ffast-math breaks its finite checks and its bits
// flags: -ffast-math
#if defined(CONTROL)
#define EIGENTRAIN_ALLOW_FAST_MATH
#endif
#include "eigentrain/core/simd.hpp"
