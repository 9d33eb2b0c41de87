// SPDX-License-Identifier: MIT
// Randomness with the same bits everywhere: the generator, its distributions, and shuffling.
#pragma once

#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/philox.hpp"
