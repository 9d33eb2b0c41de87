// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/constrain_norm.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <string_view>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Groups;
using et::test::noise;
using et::test::same_bits;

namespace {

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEMPLATE_TEST_CASE("what is too long comes down to the limit, the rest keeps its bits", "", float,
                   double) {
  using S = TestType;
  Matrix<S> w{{S(3), S(4)}, {S(0.6), S(-0.7)}, {S(0), S(-0.0)}, {S(0), S(-8)}};
  SECTION("by unit, which is a row") {
    const Matrix<S> wanted{{S(1.5), S(2)}, {S(0.6), S(-0.7)}, {S(0), S(-0.0)}, {S(0), S(-2.5)}};
    et::constrain_max_norm(w, 2.5);
    CHECK(same_bits(w, wanted));
  }
  SECTION("by column") {
    const S first = static_cast<S>(std::sqrt(9.36)), second = static_cast<S>(std::sqrt(80.49));
    const Matrix<S> before = w;
    et::constrain_max_norm(w, 3.5, Groups::columns);
    CHECK(first < S(3.5));
    CHECK(same_bits(w.col(0).eval(), before.col(0).eval()));
    CHECK(w.col(1).isApprox(before.col(1) * (S(3.5) / second), S(1e-6)));
  }
  SECTION("the whole matrix") {
    const Matrix<S> before = w;
    et::constrain_max_norm(w, 1.0, Groups::all);
    CHECK(w.norm() == Approx(1.0).epsilon(1e-6));
    CHECK(w.isApprox(before / before.norm(), S(1e-6)));
  }
  SECTION("infinity limits nothing") {
    const Matrix<S> before = w;
    et::constrain_max_norm(w, HUGE_VAL);
    CHECK(same_bits(w, before));
  }
}

TEST_CASE("the limit is on the Euclidean length of a row, not on a singular value") {
  Eigen::MatrixXd w{{1.0, 1.0}, {1.0, 1.0}};  // singular values 2 and 0
  et::constrain_max_norm(w, 1.5);
  CHECK(w == Eigen::MatrixXd::Ones(2, 2));
}

TEMPLATE_TEST_CASE("every row gets length one, whatever its length was", "", float, double) {
  using S = TestType;
  const bool is_double = sizeof(S) == 8;
  const S large = is_double ? S(1e200) : S(1e30), small = is_double ? S(1e-200) : S(1e-30);
  Matrix<S> w{{S(3), S(-4)}, {large, S(0)}, {S(0), -small}, {S(3) * small, S(4) * small}};
  et::constrain_unit_norm(w);
  const Matrix<S> wanted{{S(0.6), S(-0.8)}, {S(1), S(0)}, {S(0), S(-1)}, {S(0.6), S(0.8)}};
  CHECK(w.isApprox(wanted, S(1e-6)));
  Matrix<S> all = Matrix<S>::Ones(4, 4);
  et::constrain_unit_norm(all, Groups::all);
  CHECK(all == Matrix<S>::Constant(4, 4, S(0.25)));
  et::constrain_unit_norm(all.col(0), Groups::columns);
  CHECK(all.col(0).norm() == S(1));
  CHECK(all(0, 1) == S(0.25));
}

TEMPLATE_TEST_CASE("blocks, row-major matrices, maps and vectors", "", float, double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> w(50, 70);
  w.setConstant(S(2));
  et::constrain_max_norm(w.block(3, 5, 40, 16), 4.0);  // 8 → 4
  CHECK(w.block(3, 5, 40, 16) == Matrix<S>::Constant(40, 16, S(1)));
  CHECK(w.sum() == S(50 * 70 * 2 - 40 * 16));
  Eigen::Matrix<S, Eigen::Dynamic, 1> v(4);
  v.setConstant(S(2));
  Eigen::Map<Eigen::Matrix<S, 4, 1>> map(v.data());
  et::constrain_max_norm(map, 2.0, Groups::columns);
  CHECK(v == Eigen::Matrix<S, 4, 1>::Ones());
}

TEST_CASE("the same bits everywhere, and nothing allocated") {
  Eigen::MatrixXf start(45, 67);
  for (et::Index i = 0; i < start.size(); ++i) start.data()[i] = noise<float>(1, i) / 3.0f;
  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> other = start;
  et::test::at_every_simd_level([&] {
    Eigen::MatrixXf w = start, u = start;
    auto r = other;
    CHECK(et::test::allocations_in([&] {
            et::constrain_max_norm(w, 1.6);
            et::constrain_unit_norm(u, Groups::columns);
          }) == 0);
    et::constrain_max_norm(r, 1.6);
    CHECK(Eigen::MatrixXf(r) == w);
    CHECK(w != start);
    CHECK(et::test::hash_bits(w.data(), w.size()) == 0xf3161abb10ca007du);
    CHECK(et::test::hash_bits(u.data(), u.size()) == 0xf494eba1d3482008u);
  });
}

TEST_CASE("bad limits, zeros and what isn't finite throw, with nothing changed") {
  Eigen::MatrixXd w = Eigen::MatrixXd::Constant(40, 2, 3.0);
  CHECK_THROWS_WITH(et::constrain_max_norm(w, 0.0),
                    "constrain_max_norm: max_norm must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::constrain_max_norm(w, not_a_number),
                    "constrain_max_norm: max_norm must be in (0, inf], got nan");
  Eigen::MatrixXd bad = w;
  bad.row(38).setZero();
  Eigen::MatrixXd before = bad;
  CHECK_THROWS_WITH(
      et::constrain_unit_norm(bad),
      "constrain_unit_norm: row 38 is zero and has no direction; nothing was changed");
  CHECK(same_bits(bad, before));
  for (const double value : {not_a_number, HUGE_VAL, -HUGE_VAL}) {
    bad(38, 1) = value;
    before = bad;
    CHECK_THROWS_WITH(et::constrain_max_norm(bad, 1.0),
                      "constrain_max_norm: row 38 has no finite norm; nothing was changed");
    CHECK_THROWS_WITH(et::constrain_unit_norm(bad, Groups::columns),
                      "constrain_unit_norm: column 1 has no finite norm; nothing was changed");
    CHECK(same_bits(bad, before));
  }
  Eigen::MatrixXd none(3, 0);
  CHECK_NOTHROW(et::constrain_unit_norm(none));
  CHECK_NOTHROW(et::constrain_max_norm(none, 1.0));
}

namespace {

constexpr auto is_weight = [](std::string_view name) { return name.ends_with("weight"); };

/// One tensor of each kind, all full of twos; two of them are not to be touched.
template <class S>
struct Kinds {
  Matrix<S> a = Matrix<S>::Constant(5, 4, S(2)), ga = a, none{0, 3}, gn = none;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> large{50, 30}, gl = large;
  Matrix<S> columns = Matrix<S>::Constant(70, 30, S(2)), gc = columns;
  Eigen::Matrix<S, Eigen::Dynamic, 1> vector{16}, gv = vector, bias = vector, gb = bias;
  Eigen::Tensor<S, 4> kernel{3, 2, 2, 4}, gk{3, 2, 2, 4};
  Matrix<S> frozen = a, gf = a;
  et::Parameters<S> parameters;

  Kinds() {
    large.setConstant(S(2)), vector.setConstant(S(2)), bias.setConstant(S(2));
    kernel.setConstant(S(2)), gk.setZero();
    parameters.add("a.weight", a, ga).add("none.weight", none, gn);
    parameters.add("block.weight", large.block(3, 5, 40, 16), gl.block(3, 5, 40, 16));
    parameters.add("columns.weight", columns.block(2, 3, 41, 25), gc.block(2, 3, 41, 25));
    parameters.add("vector.weight", vector, gv).add("bias", bias, gb);
    parameters.add("kernel.weight", kernel, gk);
    parameters.add("frozen.weight", frozen, gf, {.frozen = true});
  }

  void check_others() const {
    CHECK(bias == Eigen::Matrix<S, Eigen::Dynamic, 1>::Constant(16, S(2)));
    CHECK(frozen == Matrix<S>::Constant(5, 4, S(2)));
    Matrix<S> around = large;
    around.block(3, 5, 40, 16).setConstant(S(2));
    CHECK(around == Matrix<S>::Constant(50, 30, S(2)));
    around = columns;
    around.block(2, 3, 41, 25).setConstant(S(2));
    CHECK(around == Matrix<S>::Constant(70, 30, S(2)));
  }
};

}  // namespace

TEMPLATE_TEST_CASE("over parameters, every unit of those whose names the predicate takes", "",
                   float, double) {
  using S = TestType;
  SECTION("the largest norm") {
    Kinds<S> kinds;
    kinds.a.row(1).setConstant(S(0.5));  // short enough
    CHECK(et::constrain_max_norm(kinds.parameters, 2.0, is_weight) == 6);
    CHECK(kinds.a.row(1) == Matrix<S>::Constant(1, 4, S(0.5)));
    CHECK(kinds.a.bottomRows(3) == Matrix<S>::Constant(3, 4, S(1)));                   // 4 → 2
    CHECK(kinds.large.block(3, 5, 40, 16) == Matrix<S>::Constant(40, 16, S(0.5)));     // 8 → 2
    CHECK(kinds.columns.block(2, 3, 41, 25).isApproxToConstant(S(0.4), S(1e-6)));      // 10 → 2
    CHECK(kinds.vector == Eigen::Matrix<S, Eigen::Dynamic, 1>::Constant(16, S(0.5)));  // 8 → 2
    CHECK(kinds.kernel(0, 0, 0, 0) == S(0.5));                                         // 8 → 2
    CHECK(kinds.kernel(2, 1, 1, 3) == S(0.5));
    kinds.check_others();
  }
  SECTION("the same bits as for each matrix alone") {
    Kinds<S> kinds;
    for (et::Index i = 0; i < kinds.columns.size(); ++i) kinds.columns.data()[i] = noise<S>(1, i);
    Matrix<S> expected = kinds.columns;
    et::constrain_max_norm(expected.block(2, 3, 41, 25), 2.7);
    et::test::at_every_simd_level([&] {
      Kinds<S> other;
      other.columns = kinds.columns;
      CHECK(et::constrain_max_norm(other.parameters, 2.7, is_weight) == 6);
      CHECK(same_bits(other.columns, expected));
    });
    et::constrain_unit_norm(expected.block(2, 3, 41, 25));
    et::constrain_max_norm(kinds.parameters, 2.7, is_weight);
    et::constrain_unit_norm(kinds.parameters, is_weight);
    CHECK(same_bits(kinds.columns, expected));
  }
  SECTION("the length one, with nothing allocated") {
    Kinds<S> kinds;
    et::Index named = 0;
    CHECK(et::test::allocations_in(
              [&] { named = et::constrain_unit_norm(kinds.parameters, is_weight); }) == 0);
    CHECK(named == 6);
    CHECK(kinds.a == Matrix<S>::Constant(5, 4, S(0.5)));
    CHECK(kinds.large.block(3, 5, 40, 16) == Matrix<S>::Constant(40, 16, S(0.25)));
    CHECK(kinds.vector == Eigen::Matrix<S, Eigen::Dynamic, 1>::Constant(16, S(0.25)));
    CHECK(kinds.kernel(1, 0, 1, 2) == S(0.25));
    kinds.check_others();
    const auto nobody = [](std::string_view) { return false; };
    CHECK(et::constrain_unit_norm(kinds.parameters, nobody) == 0);
    CHECK(et::constrain_max_norm(kinds.parameters, 0.1, nobody) == 0);
    CHECK(kinds.kernel(1, 0, 1, 2) == S(0.25));
  }
}

TEST_CASE("over parameters, errors name the unit and the tensor, with nothing changed") {
  Kinds<double> kinds;
  auto& list = kinds.parameters;
  CHECK_THROWS_WITH(et::constrain_max_norm(list, -1.0, is_weight),
                    "constrain_max_norm: max_norm must be in (0, inf], got -1");
  const auto unchanged = [&] {
    CHECK(kinds.a == Matrix<double>::Constant(5, 4, 2.0));
    kinds.check_others();
  };
  kinds.columns(2 + 38, 3) = not_a_number;
  CHECK_THROWS_WITH(et::constrain_max_norm(list, 1.0, is_weight),
                    "constrain_max_norm: unit 38 of columns.weight has no finite norm; nothing was "
                    "changed");
  CHECK_THROWS_WITH(et::constrain_unit_norm(list, is_weight),
                    "constrain_unit_norm: unit 38 of columns.weight has no finite norm; nothing "
                    "was changed");
  CHECK(kinds.a == Matrix<double>::Constant(5, 4, 2.0));
  kinds.columns(2 + 38, 3) = 2.0;
  kinds.vector.setZero();
  CHECK_THROWS_WITH(et::constrain_unit_norm(list, is_weight),
                    "constrain_unit_norm: vector.weight is zero and has no direction; nothing was "
                    "changed");
  unchanged();
  kinds.vector[0] = HUGE_VAL;
  CHECK_THROWS_WITH(et::constrain_max_norm(list, 1.0, is_weight),
                    "constrain_max_norm: vector.weight has no finite norm; nothing was changed");
  unchanged();
}
