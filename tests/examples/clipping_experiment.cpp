// SPDX-License-Identifier: MIT
#include "clipping/experiment.hpp"

#include <string>

#include "support/catch.hpp"

namespace et = eigentrain;
using clipping::Run;
using clipping::Settings;
using clipping::Way;

namespace {

const Way& way(const std::string& name) {
  for (const Way& found : clipping::ways()) {
    if (found.name == name) return found;
  }
  throw std::invalid_argument(name);
}

// The tensors of a network, with gradients of the norm 20, 40, …
void fill(clipping::Recurrent<float>& network) {
  auto& parameters = network.parameters();
  et::Generator random(1);
  for (Eigen::Index i = 0; i < parameters.size(); ++i) {
    clipping::Map g = clipping::gradient(parameters, i);
    et::normal(g, random, 0.0, 1.0);
    g *= 20.0f * static_cast<float>(i + 1) / g.norm();
  }
}

}  // namespace

TEST_CASE("each way limits what it says it limits") {
  const Settings settings{.max_norm = 0.7, .limit = 0.3, .max_tensor_norm = 0.2};
  for (const Way& way : clipping::ways()) {
    clipping::Recurrent<float> network(2, 8, clipping::Activation::relu);
    fill(network);
    auto& parameters = network.parameters();
    const Eigen::VectorXd before = clipping::gathered(parameters);
    way.clip(parameters, settings);
    const Eigen::VectorXd after = clipping::gathered(parameters);
    const std::string name = way.name;
    const double cosine = before.dot(after) / (before.norm() * after.norm());
    INFO(name);
    if (name == "none") {
      CHECK(after == before);
    } else if (name == "global norm") {
      CHECK(after.norm() == Approx(0.7).epsilon(1e-5));
      CHECK(cosine == Approx(1.0).epsilon(1e-6));
    } else if (name == "value") {
      CHECK(after.cwiseAbs().maxCoeff() == Approx(0.3));
      CHECK(cosine < 0.99);
    } else {
      REQUIRE(name == "norm per tensor");
      for (Eigen::Index i = 0; i < parameters.size(); ++i) {
        CHECK(clipping::gradient(parameters, i).norm() == Approx(0.2).epsilon(1e-5));
      }
      CHECK(cosine < 0.99);
    }
  }
}

// Without clipping the loss explodes within a few steps, and with it the same networks learn. What
// they learn exactly differs from processor to processor, with the bits of Eigen's products.
TEST_CASE("a network that explodes without clipping learns with it", "[long]") {
  const Settings settings{.steps = 1000, .max_norm = 1.0};
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    INFO("seed " << seed);
    const Run without = clipping::train(settings, way("none"), seed);
    CHECK(without.rise() > clipping::explosion);
    CHECK_FALSE(without.loss < 0.5);
    CHECK(without.clipped == 0);

    const Run with = clipping::train(settings, way("global norm"), seed);
    CHECK(with.losses.size() == 1000);
    CHECK(with.losses[0] == without.losses[0]);
    CHECK(with.norms[0] == without.norms[0]);
    CHECK(with.rise() < clipping::explosion);
    CHECK(with.loss < 0.3);  // 2/3 is what always answering 0 has
    CHECK(with.loss < with.losses[0] / 2);
    CHECK(with.clipped > 500);
    CHECK(with.largest.norm > 100.0);
    CHECK(with.largest.norm == *std::max_element(with.norms.begin(), with.norms.end()));
    CHECK(with.largest.norm == Approx(with.largest.gradient.norm()));
    CHECK(with.first.step == 1);
    CHECK(with.last.step == 1000);
    CHECK(with.last.by_time.size() == 50);
  }
}

TEST_CASE("a threshold that is never reached changes nothing") {
  const Settings settings{.length = 10, .units = 8, .steps = 50, .rate = 1e-3, .max_norm = 1e30};
  const Run without = clipping::train(settings, way("none"), 4);
  const Run with = clipping::train(settings, way("global norm"), 4);
  CHECK(with.clipped == 0);
  CHECK(with.losses == without.losses);
  CHECK(with.loss == without.loss);
  CHECK_FALSE(with.is_broken);
  CHECK(with.rise() >= 1.0);
}
