// SPDX-License-Identifier: MIT
// The elementary functions that the library computes itself, because libm's differ in their last
// bits from one machine to the next. Each works on Packet<S, N> for every N, float and double.
#pragma once

#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/log.hpp"
#include "eigentrain/core/power.hpp"
#include "eigentrain/core/sin_cos_pi.hpp"
