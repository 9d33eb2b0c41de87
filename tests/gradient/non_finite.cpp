// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/non_finite.hpp"

#include <limits>

#include "eigentrain/gradient/norm.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a norm that is not finite is refused with the name of the first tensor at fault") {
  Eigen::VectorXf p = Eigen::VectorXf::Zero(40), fine = Eigen::VectorXf::Ones(40), bad = fine;
  Eigen::VectorXf p2 = p, p3 = p, worse = fine;
  bad[39] = std::numeric_limits<float>::quiet_NaN();
  worse[0] = std::numeric_limits<float>::infinity();
  et::Parameters<float> parameters;
  parameters.add("first", p, fine).add("second", p2, bad).add("third", p3, worse);
  const et::UpdateStream<float> stream(parameters.elements(), nullptr);
  et::SkipCounts counts;
  CHECK(et::detail::judge_norm(stream, 1.0, {}, counts, "owner"));
  CHECK_THROWS_WITH(
      et::detail::judge_norm(stream, et::detail::l2_norm(stream), {}, counts, "owner"),
      "owner: the gradient of second has values that are not finite; nothing was changed");
}

TEST_CASE("a norm beyond the range of double is refused without blaming a tensor") {
  Eigen::VectorXd p(2), g(2);
  g.setConstant(std::numeric_limits<double>::max());
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  const et::UpdateStream<double> stream(parameters.elements(), nullptr);
  const double norm = et::detail::l2_norm(stream);
  CHECK(std::isinf(norm));
  et::SkipCounts counts;
  CHECK_THROWS_WITH(et::detail::judge_norm(stream, norm, {}, counts, "owner"),
                    "owner: the norm of all gradients overflows; nothing was changed");
}
