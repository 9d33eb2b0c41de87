// SPDX-License-Identifier: MIT
// With OpenMP on: every kind of dropout has the same bits for any number of threads.
#include <omp.h>

#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/layers/alpha_dropout.hpp"
#include "eigentrain/layers/channel_dropout.hpp"
#include "eigentrain/layers/drop_path.hpp"
#include "eigentrain/layers/dropout.hpp"
#include "eigentrain/layers/gaussian_dropout.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"

namespace et = eigentrain;

static_assert(_OPENMP >= 201511, "this test wants OpenMP");

namespace {

using Tensor = Eigen::Tensor<float, 3>;

/// Of a forward and a backward pass over 480,000 values, on so many threads.
template <class Layer>
std::uint64_t hash_with(int threads, const Layer& made) {
  const int before = Eigen::nbThreads();
  Eigen::setNbThreads(threads);
  Layer layer = made;
  et::Generator random(42);
  Tensor x(64, 50, 150), y(64, 50, 150), dx(64, 50, 150);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 1013) - 500.5f;
  layer.forward(x, y, random);
  layer.backward(x, dx);
  Eigen::setNbThreads(before);
  return et::test::hash_bits(y.data(), y.size()) ^ (3 * et::test::hash_bits(dx.data(), dx.size()));
}

template <class Layer>
void check(const Layer& layer) {
  const std::uint64_t alone = hash_with(1, layer);
  for (const int threads : {2, 3, 7}) CHECK(hash_with(threads, layer) == alone);
}

}  // namespace

TEST_CASE("dropout of all kinds is the same for any number of threads") {
  check(et::Dropout<float>({.rate = 0.3}));
  check(et::AlphaDropout<float>({.rate = 0.3}));
  check(et::GaussianDropout<float>({.rate = 0.3}));
  check(et::ChannelDropout<float>({.rate = 0.3, .channel_axis = 0, .sample_axis = 2}));
  check(et::ChannelDropout<float>({.rate = 0.3, .channel_axis = 1, .sample_axis = 2}));
  check(et::DropPath<float>({.rate = 0.3, .sample_axis = 2}));
}
