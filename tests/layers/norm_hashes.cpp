// SPDX-License-Identifier: MIT
// The bits of all normalizations, written down: the same on every machine, compiler and register.
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/group_norm.hpp"
#include "eigentrain/layers/instance_norm.hpp"
#include "eigentrain/layers/layer_norm.hpp"
#include "eigentrain/layers/rms_norm.hpp"
#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;
using Eigen::Index;

namespace {

/// y, dx and the gradient of γ, for batches whose channels are neighbours and for such whose are
/// not.
template <class S, class Norm>
void check(const Norm& made, std::uint64_t neighbours, std::uint64_t apart) {
  constexpr Index samples = 5, positions = 7, channels = 70, inner = 9;
  for (const bool near : {true, false}) {
    at_every_level([&] {
      const Index rows = near ? channels : channels * inner, cols = samples * positions;
      Batch<S> x = noise_batch<S>(rows, cols, 1), dy = noise_batch<S>(rows, cols, 2), y = x, dx = x;
      x.array() += S(3);
      const auto seen = [&](Batch<S>& batch) {
        return et::Channels<S>{batch.data(), samples, positions, channels, near ? 1 : inner, rows};
      };
      Norm norm = made;
      for (Index c = 0; c < channels; ++c)
        norm.gamma()[c] = S(1) + S(0.125) * static_cast<S>(c % 7);
      norm.forward(seen(x), seen(y));
      norm.backward(seen(dy), seen(dx));
      const std::uint64_t now = hash_bits(y.data(), y.size()) ^
                                (3 * hash_bits(dx.data(), dx.size())) ^
                                (5 * hash_bits(norm.gamma_gradient().data(), channels));
      CAPTURE(near);
      CHECK(now == (near ? neighbours : apart));
    });
  }
}

}  // namespace

TEST_CASE("the bits of normalizations of floats", "[norms]") {
  check<float>(et::BatchNorm<float>(70), 0x5e8bbcadcb1a89e9u, 0xbca803a1882a151au);
  check<float>(et::LayerNorm<float>(70), 0xcbccb67da5a12eccu, 0x7d31be231ec48589u);
  check<float>(et::RmsNorm<float>(70), 0xb8c2f92618628ea8u, 0x42517a5ae33ad59au);
  check<float>(et::GroupNorm<float>(70, {.groups = 10}), 0x53df77f35a867b8eu, 0x55df69713d5964c3u);
  check<float>(et::InstanceNorm<float>(70), 0x7164c2788888317fu, 0x19c199437b0fc21eu);
}

TEST_CASE("the bits of normalizations of doubles", "[norms]") {
  check<double>(et::BatchNorm<double>(70), 0x8a2faddf0c654d9du, 0x7fd2bfe2147df519u);
  check<double>(et::LayerNorm<double>(70), 0x704e75654f0eb089u, 0x781f4a198fa25baeu);
  check<double>(et::RmsNorm<double>(70), 0xd2984dfc694f767du, 0xefb988040702c801u);
  check<double>(et::GroupNorm<double>(70, {.groups = 10}), 0x67edef9e8cd6bbb6u, 0xc50022dd52dc10fu);
  check<double>(et::InstanceNorm<double>(70), 0xa9bdc5be175bfa8bu, 0xebd350b8de43c3f1u);
}
