// SPDX-License-Identifier: MIT
#include "eigentrain/core/chain.hpp"

#include <cmath>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

namespace {

// u ← a·u + b
struct Affine {
  double a = 1.0, b = 0.0;
  template <class S>
  auto at(const et::Step&) const {
    return [a = S(a), b = S(b)](const auto& u, const auto&) { return a * u + b; };
  }
};

// A user's own rule with state: counts steps, and adds the count to the update.
struct Counter {
  static constexpr int slots = 1;
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& count) {
      count = count + S(1);
      return u + count;
    };
  }
};

// Uses state in even steps only.
struct EverySecond {
  bool wanted = true;
  int slots() const { return wanted ? 1 : 0; }
  template <class S>
  auto at(const et::Step& step) const {
    const auto skip = [](const auto& u, const auto&) { return u; };
    const auto keep = [](const auto& u, const auto&, auto& last) {
      const auto before = last;
      last = u;
      return before;
    };
    return et::either(wanted && step.count % 2 == 0, keep, skip);
  }
};

// Subtracts the mean of all updates.
struct Centre {
  struct Measurement {
    double mean = 0.0;
  };
  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    const double n = stream.sum([](const auto& u, const auto&) { return u - u + 1.0; });
    const double mean = stream.sum([](const auto& u, const auto&) { return u; }) / n;
    et::require(std::isfinite(mean), "Centre: the mean is not finite");
    measured.mean = mean;
  }
  template <class S>
  auto at(const et::Step&, const Measurement& measured) const {
    return [mean = S(measured.mean)](const auto& u, const auto&) { return u - mean; };
  }
};

struct Two {
  Eigen::VectorXd a = Eigen::VectorXd::Zero(3), da = Eigen::VectorXd::Ones(3);
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(2, 2), db = Eigen::MatrixXd::Constant(2, 2, 2.0);
  et::Parameters<double> parameters;
  Two() { parameters.add("a", a, da).add("b", b, db); }
};

}  // namespace

TEST_CASE("transforms meet the gradient in order, and the last result is subtracted") {
  Two two;
  auto plain = et::chain<double>();
  plain.step(two.parameters);
  CHECK(two.a == Eigen::Vector3d::Constant(-1.0));
  auto chain = et::chain<double>(Affine{2.0, 1.0}, Affine{10.0, 0.0});
  chain.step(two.parameters);
  CHECK(two.a == Eigen::Vector3d::Constant(-31.0));
  CHECK(two.b == Eigen::Matrix2d::Constant(-52.0));
  CHECK(two.da == Eigen::Vector3d::Ones());  // gradients stay as they are
}

TEST_CASE("state belongs to the element, and sequences are taken apart") {
  Two two;
  auto chain =
      et::chain<double>(et::sequence(Counter{}, et::sequence(Affine{2.0, 0.0}), Counter{}));
  for (int step = 1; step <= 5; ++step) {
    const double before = two.a[0];
    chain.step(two.parameters);
    CHECK(before - two.a[0] == (1.0 + step) * 2.0 + step);
    CHECK(chain.count() == step);
  }
}

TEST_CASE("a rule may differ from step to step in the state it uses") {
  Two two;
  auto chain = et::chain<double>(Counter{}, EverySecond{}, Counter{});
  // Step 2 stores u = 1 + 2 and gives the zero from before, step 4 stores 5 and gives 3.
  double expected = 0.0;
  for (const double u : {1.0 + 1 + 1, 0.0 + 2, 1.0 + 3 + 3, 3.0 + 4}) {
    chain.step(two.parameters);
    expected -= u;
    CHECK(two.a[0] == expected);
  }
  auto without = et::chain<double>(Counter{}, EverySecond{.wanted = false}, Counter{});
  without.step(two.parameters);
  CHECK(two.a[0] == expected - 3.0);
}

TEST_CASE("a statistic sees what the transforms before it made, and leaves no trace") {
  Two two;  // gradients 1, 1, 1, 2, 2, 2, 2
  auto chain = et::chain<double>(Counter{}, Affine{2.0, 0.0}, Centre{}, Affine{7.0, 0.0});
  chain.step(two.parameters);
  CHECK(chain.measured<Centre>().mean == Approx(2.0 * (11.0 / 7.0 + 1.0)));
  CHECK(two.a[0] == Approx(-7.0 * (4.0 - 2.0 * 18.0 / 7.0)));
  chain.step(two.parameters);
  CHECK(chain.measured<Centre>().mean == Approx(2.0 * (11.0 / 7.0 + 2.0)));
}

TEST_CASE("a step that throws changes nothing") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Centre{});
  chain.step(two.parameters);
  auto twin = chain;
  const Eigen::VectorXd a = two.a;
  const Eigen::MatrixXd b = two.b;
  const double mean = chain.measured<Centre>().mean;

  two.db(1, 1) = std::nan("");
  CHECK_THROWS_WITH(chain.step(two.parameters), "Centre: the mean is not finite");
  CHECK(two.a == a);
  CHECK(two.b == b);
  CHECK(chain.count() == 1);
  CHECK(chain.measured<Centre>().mean == mean);

  two.db(1, 1) = 2.0;
  chain.step(two.parameters);
  const Eigen::VectorXd after = two.a;
  two.a = a;
  two.b = b;
  twin.step(two.parameters);
  CHECK(two.a == after);
}

TEST_CASE("the list of the first step is the list") {
  Two two, other;
  auto chain = et::chain<double>(Counter{});
  chain.step(two.parameters);
  chain.step(other.parameters);  // the same sizes: a rebuilt list goes on
  Eigen::VectorXd c(2), dc(2);
  other.parameters.add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(other.parameters),
                    "step: the list had 2 tensors in the first step and has 3 now");
  et::Parameters<double> different;
  different.add("a", two.a, two.da).add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(different), "c: it had 4 values in the first step and has 2 now");
  et::Parameters<double> empty;
  CHECK_THROWS_AS(chain.step(empty), std::invalid_argument);
  CHECK_THROWS_WITH(et::chain<double>(Counter{}).step(empty),
                    "Parameters: the list is empty; add() tensors first");
  CHECK(chain.count() == 2);
}

TEST_CASE("a first step that failed binds to no list") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Centre{});
  two.da[0] = std::nan("");
  CHECK_THROWS_AS(chain.step(two.parameters), std::invalid_argument);
  Eigen::VectorXd c = Eigen::VectorXd::Zero(9), dc = Eigen::VectorXd::LinSpaced(9, 0.0, 1.0);
  et::Parameters<double> another;
  another.add("c", c, dc);
  chain.step(another);
  CHECK(chain.count() == 1);
  CHECK(c[0] == Approx(0.5));
}

TEST_CASE("a matrix may move between steps, but not change its size") {
  Two two;
  auto chain = et::chain<double>(Counter{});
  chain.step(two.parameters);
  Eigen::VectorXd elsewhere = two.a;
  two.a.swap(elsewhere);
  chain.step(two.parameters);
  CHECK(two.a[0] == -1.0 - 1.0 - 1.0 - 2.0);
  two.b.resize(2, 3);
  two.db.resize(2, 3);
  CHECK_THROWS_WITH(chain.step(two.parameters),
                    "b: the parameter was 2x2 when it was added and is 2x3 now");
  CHECK(two.a[0] == -5.0);
}

TEST_CASE("a thawed parameter finds its state where it left it") {
  Two two;
  auto chain = et::chain<double>(Counter{});
  chain.step(two.parameters);
  two.parameters.set_options("a", {.frozen = true});
  const double frozen = two.a[0];
  chain.step(two.parameters);
  CHECK(two.a[0] == frozen);
  CHECK(two.b(0) == -3.0 - 4.0);
  two.parameters.set_options("a", {});
  chain.step(two.parameters);
  CHECK(two.a[0] == frozen - 3.0);  // its second step
}

TEST_CASE("only the first step allocates, and only the arena") {
  Two two;
  auto chain = et::chain<double>(Counter{}, EverySecond{}, Centre{}, Counter{});
  CHECK(et::test::allocations_in([&] { chain.step(two.parameters); }) <= 4);
  for (int i = 0; i < 5; ++i) {
    CHECK(et::test::allocations_in([&] { chain.step(two.parameters); }) == 0);
  }
}

// Takes a state value that it has not declared.
struct Undeclared {
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& state) { return u + state; };
  }
};

TEST_CASE("a rule can't take more state than its transform declares") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Undeclared{});
  CHECK_THROWS_WITH(chain.step(two.parameters),
                    "chain: a rule takes 1 state values, but its transform declares 0 slots");
  CHECK(two.a.isZero());
  CHECK(chain.count() == 0);
}

TEST_CASE("a chain knows its transforms") {
  auto chain = et::chain<float>(Affine{2.0, 0.5}, Counter{});
  CHECK(chain.get<Affine>().a == 2.0);
}
