// SPDX-License-Identifier: MIT
// The backward of every kind of dropout is the derivative of its forward, by finite differences.
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/layers/alpha_dropout.hpp"
#include "eigentrain/layers/channel_dropout.hpp"
#include "eigentrain/layers/drop_path.hpp"
#include "eigentrain/layers/dropout.hpp"
#include "eigentrain/layers/gaussian_dropout.hpp"
#include "layers/oracle.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;

namespace {

using Tensor = Eigen::Tensor<double, 3>;

/// L = Σ w·y·(1 + y), whose slope by y depends on y: a backward that forgets the scale, the mask or
/// the shift gives another one. The mask is that of seed 5 each time.
template <class Layer>
void check(Layer layer) {
  Tensor x(3, 7, 5), y(3, 7, 5), dx(3, 7, 5);
  const Batch<double> values = noise_batch<double>(x.size(), 2, 3);
  const auto weight = [&](Eigen::Index i) { return values(i, 1); };
  std::copy_n(values.data(), x.size(), x.data());
  const auto loss = [&] {
    et::Generator random(5);
    layer.forward(x, y, random);
    double sum = 0.0;
    for (Eigen::Index i = 0; i < y.size(); ++i) {
      sum += weight(i) * y.data()[i] * (1.0 + y.data()[i]);
    }
    return sum;
  };
  loss();
  for (Eigen::Index i = 0; i < y.size(); ++i) {
    y.data()[i] = weight(i) * (1.0 + 2.0 * y.data()[i]);
  }
  layer.backward(y, dx);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const double h = 1e-5, middle = x.data()[i];
    x.data()[i] = middle + h;
    const double above = loss();
    x.data()[i] = middle - h;
    const double below = loss();
    x.data()[i] = middle;
    const double slope = (above - below) / (2 * h);
    CHECK(dx.data()[i] == Approx(slope).epsilon(1e-6).margin(1e-8));
  }
}

}  // namespace

TEST_CASE("the backward of dropout is its derivative") {
  for (const double rate : {0.0, 0.1, 0.5}) {
    CAPTURE(rate);
    check(et::Dropout<double>({.rate = rate}));
    check(et::AlphaDropout<double>({.rate = rate}));
    check(et::GaussianDropout<double>({.rate = rate}));
    check(et::ChannelDropout<double>({.rate = rate, .channel_axis = 0, .sample_axis = 2}));
    check(et::ChannelDropout<double>({.rate = rate, .channel_axis = 1, .sample_axis = 2}));
    check(et::DropPath<double>({.rate = rate, .sample_axis = 2}));
  }
}
