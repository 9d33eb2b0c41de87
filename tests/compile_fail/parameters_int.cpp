// SPDX-License-Identifier: MIT
// The arithmetic is for float and double.
// expect: parameters are float or double
#include "eigentrain/core/parameters.hpp"

#if defined(CONTROL)
eigentrain::Parameters<double> parameters;
#else
eigentrain::Parameters<int> parameters;
#endif
