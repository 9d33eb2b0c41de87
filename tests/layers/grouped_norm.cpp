// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/grouped_norm.hpp"

#include "eigentrain/layers/group_norm.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("neighbouring channels get mean 0 and deviation 1") {
  et::GroupNorm<double> norm(4, {.groups = 2, .epsilon = 1e-12});
  Eigen::MatrixXd x(4, 1), y(4, 1);
  x << 3, 5, 10, 30;
  norm.forward(x, y);
  CHECK(norm.groups() == 2);
  CHECK(y(0, 0) == Approx(-1));
  CHECK(y(3, 0) == Approx(1));
}

TEST_CASE("a group of more channels than are taken at a time is one group") {
  const Eigen::Index width = 600;
  et::GroupNorm<double> norm(2 * width, {.groups = 2, .epsilon = 1e-12});
  Eigen::MatrixXd x(2 * width, 1), y(2 * width, 1);
  for (Eigen::Index i = 0; i < x.size(); ++i) x(i) = static_cast<double>(i * i % 1009);
  norm.forward(x, y);
  for (const auto& [in, out] : {std::pair(x.topRows(width), y.topRows(width)),
                                std::pair(x.bottomRows(width), y.bottomRows(width))}) {
    const Eigen::ArrayXd apart = in.array() - in.mean();
    CHECK((out.array() - apart / std::sqrt(apart.square().mean())).abs().maxCoeff() < 1e-12);
  }
}
