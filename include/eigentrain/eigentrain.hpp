// SPDX-License-Identifier: MIT
// Everything. Any single header may be included instead.
#pragma once

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"
#include "eigentrain/core/simd.hpp"
