// SPDX-License-Identifier: MIT
#include "eigentrain/core/learning_rate.hpp"

#include "eigentrain/core/chain.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

// Halves with every step.
struct Halving {
  double first = 1.0;
  double operator()(std::int64_t step) const { return first / double(std::int64_t(1) << step); }
};

struct Rate {
  Halving rate_;
  const Halving& rate() const { return rate_; }
  void set_rate(double first) {
    et::require(first >= 0.0, "Rate: below zero");
    rate_.first = first;
  }
  void set_rate(const Halving& rate) { rate_ = rate; }
  template <class S>
  auto at(const et::Step& step) const {
    return [rate = S(rate_(step.index()))](const auto& u, const auto&) { return rate * u; };
  }
};
struct Other : Rate {};
struct Plain {
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};
struct ReadOnly : Plain {
  Halving rate() const { return {}; }
};

template <class Chain>
concept HasRate = requires(Chain& chain) {
  chain.learning_rate();
  chain.set_learning_rate(1.0);
};

struct Step {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(3), g = Eigen::VectorXd::Ones(3);
  et::Parameters<double> parameters;
  Step() { parameters.add("p", p, g); }
};

}  // namespace

TEST_CASE("the learning rate of the next step can be read") {
  Step one;
  auto chain = et::chain<double>(Plain{}, Rate{{8.0}}, Plain{});
  for (const double rate : {8.0, 4.0, 2.0}) {
    CHECK(chain.learning_rate() == rate);
    const double before = one.p[0];
    chain.step(one.parameters);
    CHECK(before - one.p[0] == rate);
  }
}

TEST_CASE("the learning rate can be set between steps, and the count goes on") {
  Step one;
  auto chain = et::chain<double>(Rate{{8.0}});
  chain.step(one.parameters);
  auto copy = chain;
  CHECK(et::test::allocations_in([&] { chain.set_learning_rate(32.0); }) == 0);
  CHECK(chain.learning_rate() == 16.0);
  CHECK(copy.learning_rate() == 4.0);
  chain.step(one.parameters);
  CHECK(one.p[0] == -8.0 - 16.0);
  chain.set_learning_rate(Halving{4.0});
  CHECK(chain.learning_rate() == 1.0);
  CHECK_THROWS_WITH(chain.set_learning_rate(-1.0), "Rate: below zero");
  CHECK(chain.learning_rate() == 1.0);
  CHECK(chain.count() == 2);
}

TEST_CASE("only a chain with one learning rate has it") {
  STATIC_REQUIRE(HasRate<decltype(et::chain<float>(Plain{}, Rate{}))>);
  STATIC_REQUIRE_FALSE(HasRate<decltype(et::chain<float>())>);
  STATIC_REQUIRE_FALSE(HasRate<decltype(et::chain<float>(Plain{}))>);
  STATIC_REQUIRE_FALSE(HasRate<decltype(et::chain<float>(ReadOnly{}))>);
  STATIC_REQUIRE_FALSE(HasRate<decltype(et::chain<float>(Rate{}, Other{}))>);
}
