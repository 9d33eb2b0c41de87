// SPDX-License-Identifier: MIT
// Randomness with the same bits everywhere: the generator, its distributions, and shuffling.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/philox.hpp"
#include "eigentrain/core/random_source.hpp"
#include "eigentrain/core/shuffle.hpp"
#include "eigentrain/core/truncated_normal.hpp"
