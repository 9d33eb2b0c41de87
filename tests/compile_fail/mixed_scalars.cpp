// SPDX-License-Identifier: MIT
// A rule that mixes registers of float and double has no lane to put the result in.
// expect: no match for .operator\+.|invalid operands to binary expression
#include "eigentrain/core/packet.hpp"

#if defined(CONTROL)
using Other = eigentrain::Packet<float, 4>;
#else
using Other = eigentrain::Packet<double, 2>;
#endif

eigentrain::Packet<float, 4> sum(const eigentrain::Packet<float, 4>& a, const Other& b) {
  return a + b;
}
