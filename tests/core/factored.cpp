// SPDX-License-Identifier: MIT
// Whole steps are tested in tests/direction/adafactor.cpp.
#include "eigentrain/core/factored.hpp"

#include <Eigen/Core>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("squares are added in double, for any number of values") {
  std::vector<float> values;
  for (int n = 0; n < 40; ++n) {
    std::vector<double> sums(static_cast<std::size_t>(n) + 1, 0.5);
    et::detail::add_squares(sums.data(), values.data(), n);
    for (int i = 0; i < n; ++i) {
      const double value = 1e20 * (i + 1);
      CHECK(sums[static_cast<std::size_t>(i)] == Approx(value * value).epsilon(1e-6));
    }
    CHECK(sums.back() == 0.5);
    values.push_back(1e20f * static_cast<float>(n + 1));
  }
}

TEST_CASE("a matrix of rank one is divided by its own magnitude") {
  const Eigen::Vector4d column(1, 2, 3, 4);
  const Eigen::RowVector3d row(1, -1, 5);
  Eigen::MatrixXd m = column * row;
  double squares[7] = {};
  et::detail::Scratch scratch;
  et::detail::divide_factored(m.data(), 4, 3, squares, {1.0, 1e-16, false}, scratch);
  for (et::Index i = 0; i < m.size(); ++i) {
    CHECK(m.data()[i] == Approx(i / 4 == 1 ? -1.0 : 1.0).epsilon(1e-14));
  }
  CHECK(squares[0] == 9.0);       // (1 + 1 + 25)/3
  CHECK(squares[6] == 25 * 7.5);  // 25·(1 + 4 + 9 + 16)/4
}

TEST_CASE("means mix the old and the new") {
  double values[] = {3.0, -4.0}, squares[] = {1.0, 100.0};
  et::detail::divide_elementwise(values, 2, squares, {0.25, 6.0, false});
  CHECK(squares[0] == 3.0);
  CHECK(squares[1] == 79.0);
  CHECK(values[0] == 0.5);  // ε
  CHECK(values[1] == Approx(-4 / std::sqrt(79.0)).epsilon(1e-15));
}
