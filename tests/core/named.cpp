// SPDX-License-Identifier: MIT
#include "eigentrain/core/named.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

struct ScaleOptions {
  double factor = 2.0;
};
struct Scale {
  double factor;
  template <class S>
  auto at(const et::Step&) const {
    return [f = S(factor)](const auto& u, const auto&) { return f * u; };
  }
};
auto scale(const ScaleOptions& options) {
  et::require_in(et::ranges::positive, options.factor, "scale", "factor");
  return et::sequence(Scale{options.factor});
}
template <class S>
using Scaled = et::Named<S, ScaleOptions, scale>;

template <class Optimizer>
double step_of(Optimizer optimizer) {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(3), g = Eigen::VectorXd::Ones(3);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  optimizer.step(parameters);
  return -p[0];
}

}  // namespace

TEST_CASE("a named chain is made from all, some or none of its options") {
  CHECK(step_of(Scaled<double>()) == 2.0);
  CHECK(step_of(Scaled<double>({})) == 2.0);
  CHECK(step_of(Scaled<double>({.factor = 3.0})) == 3.0);
  CHECK(step_of(Scaled<double>(ScaleOptions{.factor = 4.0})) == 4.0);
  const Scaled<double> original({.factor = 5.0});
  CHECK(step_of(original) == 5.0);  // a copy
  CHECK_THROWS_WITH(Scaled<double>({.factor = 0.0}), "scale: factor must be in (0, inf), got 0");
}
