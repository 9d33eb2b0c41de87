// SPDX-License-Identifier: MIT
#include "depth/measure.hpp"

#include <string>

#include "support/catch.hpp"

namespace et = eigentrain;
using depth::Activation;

namespace {

Eigen::MatrixXf normal(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  Eigen::MatrixXf values(rows, cols);
  et::Generator random(seed);
  et::normal(values, random, 0.0, 1.0);
  return values;
}

// The network in double, written plainly.
double loss(const std::vector<Eigen::MatrixXd>& W, Activation f, Eigen::MatrixXd x,
            const Eigen::MatrixXd& gradient) {
  for (const Eigen::MatrixXd& layer : W) {
    x = (layer * x).eval();
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      double& value = x.data()[i];
      value = f == Activation::tanh ? std::tanh(value) : std::max(value, 0.0);
    }
  }
  return (x.array() * gradient.array()).sum();
}

double deviation(const Eigen::MatrixXd& values) {
  return std::sqrt((values.array() - values.mean()).square().mean());
}

std::vector<depth::LayerStd> thirty_layers(const std::string& name, Activation f) {
  for (const depth::Way& way : depth::ways()) {
    if (way.name != name) continue;
    const Eigen::MatrixXf input = normal(128, 128, 1), gradient = normal(128, 128, 2);
    depth::Weights W(30, Eigen::MatrixXf(128, 128));
    et::Generator random(42);
    way.start(W, f, input, random);
    return depth::measure(W, f, input, gradient);
  }
  throw std::invalid_argument(name);
}

}  // namespace

TEST_CASE("gradients are those of finite differences") {
  for (const Activation f : {Activation::tanh, Activation::relu}) {
    // Wide enough that no sample is zero in a layer, where ReLU has no derivative.
    depth::Weights W = {normal(10, 3, 1), normal(9, 10, 2), normal(2, 9, 3)};
    const Eigen::MatrixXf input = normal(3, 6, 4), gradient = normal(2, 6, 5);
    const auto found = depth::measure(W, f, input, gradient);
    std::vector<Eigen::MatrixXd> wide;
    for (const auto& layer : W) wide.push_back(layer.cast<double>());
    const Eigen::MatrixXd x = input.cast<double>(), g = gradient.cast<double>();
    constexpr double step = 1e-6;
    for (std::size_t l = 0; l < 3; ++l) {
      Eigen::MatrixXd by_weights(W[l].rows(), W[l].cols());
      for (Eigen::Index i = 0; i < by_weights.size(); ++i) {
        auto up = wide, down = wide;
        up[l].data()[i] += step;
        down[l].data()[i] -= step;
        by_weights.data()[i] = (loss(up, f, x, g) - loss(down, f, x, g)) / (2 * step);
      }
      CHECK(found[l].weight_gradient == Approx(deviation(by_weights)).epsilon(1e-4));
      // The rest of the network as a function of x_l.
      Eigen::MatrixXd activation = x;
      for (std::size_t k = 0; k <= l; ++k) {
        activation = (wide[k] * activation).eval();
        activation = f == Activation::tanh ? activation.array().tanh().matrix().eval()
                                           : activation.cwiseMax(0.0).eval();
      }
      CHECK(found[l].activation == Approx(deviation(activation)).epsilon(1e-4));
      const std::vector<Eigen::MatrixXd> rest(wide.begin() + static_cast<std::ptrdiff_t>(l) + 1,
                                              wide.end());
      Eigen::MatrixXd by_activation(activation.rows(), activation.cols());
      for (Eigen::Index i = 0; i < activation.size(); ++i) {
        Eigen::MatrixXd up = activation, down = activation;
        up.data()[i] += step;
        down.data()[i] -= step;
        by_activation.data()[i] = (loss(rest, f, up, g) - loss(rest, f, down, g)) / (2 * step);
      }
      CHECK(found[l].gradient == Approx(deviation(by_activation)).epsilon(1e-4));
    }
  }
}

TEST_CASE("signals vanish, explode or live as the comparison says", "[long]") {
  for (const Activation f : {Activation::tanh, Activation::relu}) {
    const auto small = thirty_layers("N(0, 0.01^2)", f);
    CHECK(small.back().activation < 1e-20);
    CHECK(small.front().gradient < 1e-20);
    const auto large = thirty_layers("N(0, 1)", f);
    CHECK(large.front().gradient > 1e8);
    if (f == Activation::tanh) CHECK(large.back().activation > 0.9);
    if (f == Activation::relu) CHECK(large.back().activation > 1e20);
    const auto he = thirty_layers("He", f), orthogonal = thirty_layers("orthogonal", f);
    const auto lsuv = thirty_layers("LSUV", f), xavier = thirty_layers("Xavier", f);
    for (std::size_t l = 0; l < 30; ++l) {
      for (const auto& way : {he, orthogonal, lsuv}) {
        CHECK(way[l].activation > 0.09);
        CHECK(way[l].activation < 1.5);
        CHECK(way[l].gradient > 0.15);
        CHECK(way[l].gradient < 15);
      }
    }
    if (f == Activation::tanh) CHECK(xavier.back().activation > 0.09);
    if (f == Activation::relu) CHECK(xavier.back().activation < 1e-3);
  }
}

TEST_CASE("a network that doesn't fit is refused") {
  const Eigen::MatrixXf input = normal(3, 6, 4), gradient = normal(2, 6, 5);
  const auto measure = [&](const depth::Weights& W) {
    return depth::measure(W, Activation::tanh, input, gradient);
  };
  CHECK_THROWS_WITH(measure({}), ContainsSubstring("no layers"));
  CHECK_THROWS_WITH(measure({normal(2, 4, 1)}), ContainsSubstring("other inputs"));
  CHECK_THROWS_WITH(measure({normal(4, 3, 1)}), ContainsSubstring("the shape of the last output"));
  CHECK(measure({normal(2, 3, 1)}).size() == 1);
}
