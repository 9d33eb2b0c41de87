// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/group_norm.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Groups;
using et::Index;

namespace {

template <class T>
std::vector<double> norms(const T& matrix, Groups groups) {
  std::vector<double> result;
  et::detail::for_each_group_norm(et::detail::grouped<const typename T::Scalar>(matrix, groups),
                                  [&](Index first, Index count, const double* values) {
                                    REQUIRE(first == static_cast<Index>(result.size()));
                                    result.insert(result.end(), values, values + count);
                                  });
  return result;
}

}  // namespace

TEMPLATE_TEST_CASE("the norm of each row, of each column and of the matrix", "", float, double) {
  Eigen::Matrix<TestType, 2, 3> m;
  m << 3, 4, 0, 0, 0, 12;
  CHECK(norms(m, Groups::rows) == std::vector<double>{5.0, 12.0});
  CHECK(norms(m, Groups::columns) == std::vector<double>{3.0, 4.0, 12.0});
  CHECK(norms(m, Groups::all) == std::vector<double>{13.0});
}

TEST_CASE("more groups than a block") {
  Eigen::MatrixXf m(100, 7);
  for (Index i = 0; i < 100; ++i) m.row(i).setConstant(float(i));
  const auto found = norms(m, Groups::rows);
  REQUIRE(found.size() == 100);
  for (Index i = 0; i < 100; ++i) {
    CHECK(found[static_cast<std::size_t>(i)] == Approx(double(i) * std::sqrt(7.0)).epsilon(1e-15));
  }
}

TEST_CASE("squares that leave the range don't spoil a norm") {
  const Eigen::MatrixXf f{{1e30f, 1e30f}, {1e-30f, 0.0f}, {0.0f, 0.0f}};
  auto found = norms(f, Groups::rows);
  CHECK(found[0] == Approx(1.41421356e30).epsilon(1e-7));
  CHECK(found[1] == Approx(1e-30).epsilon(1e-7));
  CHECK(found[2] == 0.0);
  const Eigen::MatrixXd d{{3e200, 4e200}, {3e-200, 4e-200}, {0.0, -0.0}, {3.0, 4.0}};
  found = norms(d, Groups::rows);
  CHECK(found[0] == Approx(5e200).epsilon(1e-15));
  CHECK(found[1] == Approx(5e-200).epsilon(1e-15));
  CHECK(found[2] == 0.0);
  CHECK(found[3] == 5.0);
}

TEMPLATE_TEST_CASE("what isn't finite is found, and named by its row or column", "", float,
                   double) {
  using S = TestType;
  const auto check = [](const auto& m, Groups groups) {
    et::detail::require_finite_groups(et::detail::grouped<const S>(m, groups), groups, "owner");
  };
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> m(40, 3);
  m.setOnes();
  CHECK_NOTHROW(check(m, Groups::rows));
  for (const S bad : {std::numeric_limits<S>::quiet_NaN(), std::numeric_limits<S>::infinity()}) {
    m(37, 2) = bad;
    CHECK_FALSE(std::isfinite(norms(m, Groups::rows)[37]));
    CHECK_THROWS_WITH(check(m, Groups::rows),
                      "owner: row 37 has no finite norm; nothing was changed");
    CHECK_THROWS_WITH(check(m, Groups::columns),
                      "owner: column 2 has no finite norm; nothing was changed");
    CHECK_THROWS_WITH(check(m, Groups::all),
                      "owner: the matrix has no finite norm; nothing was changed");
  }
}
