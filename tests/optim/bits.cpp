// SPDX-License-Identifier: MIT
// The same bits everywhere: one number for a whole run of each optimizer, equal on every processor,
// with every compiler and every flag that keeps IEEE arithmetic.
//
// If a hash changes, either the mathematics of that optimizer has changed (say so in the
// changelog), or an operation in it is no longer the same on all machines.
#include <Eigen/Core>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

/// FNV-1a over the bits of values, least significant byte first on every machine.
class Hash {
 public:
  template <class S>
  void add(S value) {
    const auto bits = et::test::bits(value);
    for (unsigned shift = 0; shift != 8 * sizeof(S); shift += 8) {
      state_ = (state_ ^ ((bits >> shift) & 0xFFu)) * 0x100000001B3u;
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325u;
};

/// 200 steps on five tensors of odd sizes; the hash of all parameters after every tenth step.
template <class S, class Optimizer>
std::uint64_t hash_of_run(Optimizer optimizer) {
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  std::vector<Matrix> p{Matrix(13, 7), Matrix(1, 1), Matrix(33, 1), Matrix(5, 31), Matrix(3, 1)};
  std::vector<Matrix> g = p;
  et::Parameters<S> parameters;
  Eigen::Index number = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    for (Eigen::Index k = 0; k < p[i].size(); ++k) {
      p[i].data()[k] = et::test::noise<S>(-1, number++);
    }
    parameters.add(et::message("p", i), p[i], g[i],
                   {.weight_decay = i != 2, .learning_rate_scale = i == 3 ? 0.3 : 1.0});
  }
  Hash hash;
  for (int step = 0; step < 200; ++step) {
    number = 0;
    for (Matrix& gradient : g) {
      for (Eigen::Index k = 0; k < gradient.size(); ++k, ++number) {
        // Exact in float and double; some are small, and some stay zero.
        const S scale = number % 7 == 3 ? S(0) : number % 5 == 1 ? S(1) / S(65536) : S(1);
        gradient.data()[k] = scale * et::test::noise<S>(step, number);
      }
    }
    optimizer.step(parameters);
    if (step % 10 != 9) continue;
    for (const Matrix& tensor : p) {
      for (Eigen::Index k = 0; k < tensor.size(); ++k) hash.add(tensor.data()[k]);
    }
  }
  return hash.value();
}

struct Expected {
  std::uint64_t in_float, in_double;
  template <class S>
  std::uint64_t in() const {
    return std::is_same_v<S, float> ? in_float : in_double;
  }
};

constexpr Expected sgd_bits{0x7DA2DA46260C1C41u, 0xBC67A527206206B6u};
constexpr Expected rms_prop_bits{0x7A7584D1CB71EF07u, 0x759B1F219EDE599Eu};
constexpr Expected adam_bits{0xC8A363E2F1D05C94u, 0x9C76EA124CE393CEu};
constexpr Expected adamw_bits{0x54FA59E4EE99CC11u, 0x9A453DF346D3423Cu};

}  // namespace

TEMPLATE_TEST_CASE("a run of each optimizer has the same bits everywhere", "", float, double) {
  using S = TestType;
  et::test::at_every_simd_level([] {
    CAPTURE(static_cast<int>(et::simd_level()));
    CHECK(hash_of_run<S>(et::Sgd<S>(
              {.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-3})) ==
          sgd_bits.in<S>());
    CHECK(hash_of_run<S>(et::RmsProp<S>({.learning_rate = 0.01,
                                         .alpha = 0.95,
                                         .weight_decay = 1e-3,
                                         .momentum = 0.9,
                                         .centered = true})) == rms_prop_bits.in<S>());
    CHECK(hash_of_run<S>(et::Adam<S>({.learning_rate = 0.01, .weight_decay = 1e-3})) ==
          adam_bits.in<S>());
    CHECK(hash_of_run<S>(et::chain<S>(
              et::clip_by_global_norm(1.0),
              et::amsgradw({.learning_rate =
                                et::cosine_decay({.initial = 0.02, .final = 1e-4, .steps = 180}),
                            .weight_decay = 0.05}))) == adamw_bits.in<S>());
  });
}
