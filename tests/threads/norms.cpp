// SPDX-License-Identifier: MIT
// With OpenMP on: every normalization has the same bits for any number of threads.
#include <omp.h>

#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/group_norm.hpp"
#include "eigentrain/layers/instance_norm.hpp"
#include "eigentrain/layers/layer_norm.hpp"
#include "eigentrain/layers/rms_norm.hpp"
#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;
using Eigen::Index;

static_assert(_OPENMP >= 201511, "this test wants OpenMP");

namespace {

/// Of a forward and a backward pass on so many threads; several panels of layer norm's.
template <class Norm>
std::uint64_t hash_with(int threads, Norm norm, Index inner) {
  constexpr Index samples = 250, channels = 300;
  const int before = Eigen::nbThreads();
  Eigen::setNbThreads(threads);
  Batch<float> x = noise_batch<float>(channels * inner, samples, 1), y = x, dx = x;
  const Batch<float> dy = noise_batch<float>(channels * inner, samples, 2);
  const auto seen = [&](auto& batch) {
    return et::Channels<std::remove_pointer_t<decltype(batch.data())>>{
        batch.data(), samples, 1, channels, inner, channels * inner};
  };
  norm.forward(seen(x), seen(y));
  norm.backward(seen(dy), seen(dx));
  Eigen::setNbThreads(before);
  return hash_bits(y.data(), y.size()) ^ (3 * hash_bits(dx.data(), dx.size())) ^
         (5 * hash_bits(norm.gamma_gradient().data(), channels));
}

/// Of what instance norm learned on so many threads.
std::uint64_t statistics_with(int threads, bool near) {
  const int before = Eigen::nbThreads();
  Eigen::setNbThreads(threads);
  et::InstanceNorm<float> norm(300, {.track = true});
  Batch<float> x = noise_batch<float>(300 * 40, 6, 1);
  const et::Channels<float> seen{
      x.data(), 6, near ? 40 : 1, 300, near ? 1 : 40, near ? 300 : 300 * 40};
  norm.forward(seen, seen);
  norm.evaluate(seen, seen);
  Eigen::setNbThreads(before);
  return hash_bits(x.data(), x.size()) ^ (3 * hash_bits(norm.running_mean().data(), 300)) ^
         (5 * hash_bits(norm.running_variance().data(), 300));
}

template <class Norm>
void check(const Norm& norm) {
  for (const Index inner : {1, 3}) {
    const std::uint64_t alone = hash_with(1, norm, inner);
    for (const int threads : {2, 3, 7}) CHECK(hash_with(threads, norm, inner) == alone);
  }
}

}  // namespace

TEST_CASE("normalizations are the same for any number of threads") {
  check(et::BatchNorm<float>(300));
  check(et::LayerNorm<float>(300));
  check(et::RmsNorm<float>(300));
  check(et::GroupNorm<float>(300, {.groups = 20}));
  for (const bool near : {true, false}) {
    const std::uint64_t alone = statistics_with(1, near);
    for (const int threads : {2, 7}) CHECK(statistics_with(threads, near) == alone);
  }
}
