// SPDX-License-Identifier: MIT
// The rivals of the Adam step: loops written by hand with intrinsics, and the memory's bounds.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "memory.hpp"

namespace bench {

enum class Algorithm { adam, adamw };

inline const char* name_of(Algorithm algorithm) {
  return algorithm == Algorithm::adam ? "Adam" : "AdamW";
}

/// The hyperparameters of all rivals.
struct AdamSettings {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0.01;                                 // AdamW alone
  double max_norm = std::numeric_limits<double>::infinity();  // of all gradients together
  bool clips() const { return max_norm < std::numeric_limits<double>::infinity(); }
};

/// What a loop needs of one step.
struct AdamScalars {
  float beta1, rest1, beta2, rest2;  // rest = 1 - beta
  float rate;                        // learning rate / (1 - beta1^t)
  float root;                        // 1 / sqrt(1 - beta2^t)
  float epsilon;
  float keep;  // 1 - learning rate * weight decay

  AdamScalars(const AdamSettings& s, std::int64_t t)
      : beta1(static_cast<float>(s.beta1)),
        rest1(static_cast<float>(1.0 - s.beta1)),
        beta2(static_cast<float>(s.beta2)),
        rest2(static_cast<float>(1.0 - s.beta2)),
        rate(static_cast<float>(s.learning_rate /
                                (1.0 - std::pow(s.beta1, static_cast<double>(t))))),
        root(static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(s.beta2, static_cast<double>(t))))),
        epsilon(static_cast<float>(s.epsilon)),
        keep(static_cast<float>(1.0 - s.learning_rate * s.weight_decay)) {}

  /// The loops never see the gradient but in these two products, so that a factor costs nothing.
  void scale_gradient(double factor) {
    rest1 = static_cast<float>(static_cast<double>(rest1) * factor);
    rest2 = static_cast<float>(static_cast<double>(rest2) * factor * factor);
  }
};

using AdamLoop = void (*)(const Tensor&, const AdamScalars&);

struct NamedLoop {
  std::string name;
  AdamLoop loop;
};

/// The loops that this machine can run, for one algorithm: AVX2 and AVX-512, with and without fused
/// multiplication and addition, one to four registers at a time.
std::vector<NamedLoop> adam_loops(Algorithm algorithm);

/// The memory's bound: reads p, g, m, v and writes p, m, v, with one addition for each.
void touch_streams(const Tensor& tensor);
/// Reads p, g, m and v, and returns their sum.
float read_streams(const Tensor& tensor);

/// True if this machine has AVX2 and FMA at least, without which there is no loop here.
bool has_loops();

}  // namespace bench
