// SPDX-License-Identifier: MIT
// LibTorch's random numbers, behind an interface without its headers.
#pragma once

#include <cstdint>

namespace bench {

/// Fill an array on one thread, by the calls that a PyTorch program makes (nn.init's trunc_normal_
/// is Python, and made of the calls here).
void torch_uniform(float* values, std::int64_t size, double low, double high);
void torch_normal(float* values, std::int64_t size, double mean, double std);
void torch_truncated_normal(float* values, std::int64_t size, double mean, double std, double low,
                            double high);
/// nn::init::kaiming_normal_ on a matrix of out × in.
void torch_he_normal(float* values, std::int64_t out, std::int64_t in);

}  // namespace bench
