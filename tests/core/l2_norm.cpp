// SPDX-License-Identifier: MIT
// More of it is tested where it is used: tests/gradient/norm.cpp.
#include "eigentrain/core/l2_norm.hpp"

#include <Eigen/Core>
#include <cmath>

#include "eigentrain/core/update_stream.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("an L2 norm neither overflows nor vanishes, and shows what isn't finite") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(2), g(2);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  const auto norm = [&](double a, double b) {
    g << a, b;
    const et::UpdateStream<double> stream(parameters.elements(), nullptr);
    return et::detail::l2_norm(stream);
  };
  CHECK(norm(3, -4) == 5.0);
  CHECK(norm(0, 0) == 0.0);
  CHECK(norm(3e200, 4e200) == Approx(5e200).epsilon(1e-15));
  CHECK(norm(3e-200, 4e-200) == Approx(5e-200).epsilon(1e-15));
  CHECK(std::isinf(norm(-HUGE_VAL, 1)));
  CHECK(std::isnan(norm(std::nan(""), 1)));
}

TEST_CASE("two norms in one pass are the two norms") {
  Eigen::VectorXd p(3), g(3);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  const auto norms = [&](double weights, double updates) {
    p << 3 * weights, 4 * weights, 0;
    g << 0, 6 * updates, 8 * updates;
    const et::UpdateStream<double> stream(parameters.elements(), nullptr);
    struct {
      double weight, update;
    } both{};
    et::detail::weight_and_update_norms(
        stream, [](const auto&) { return true; },
        [&](const auto&, double weight, double update) { both = {weight, update}; });
    CHECK(both.weight == et::detail::weight_norm(stream));
    CHECK(both.update == et::detail::l2_norm(stream));
    return both;
  };
  CHECK(norms(1, 1).weight == 5.0);
  CHECK(norms(1, 1).update == 10.0);
  CHECK(norms(1e200, 1).weight == Approx(5e200).epsilon(1e-15));
  CHECK(norms(1, 1e-200).update == Approx(1e-199).epsilon(1e-15));
  CHECK(norms(0, 1).weight == 0.0);
}
