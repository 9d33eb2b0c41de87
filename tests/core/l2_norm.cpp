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
