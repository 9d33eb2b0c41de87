// SPDX-License-Identifier: MIT
#include "eigentrain/core/joined.hpp"

#include "eigentrain/core/chain.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;

namespace {

struct Watch {
  using Measurement = et::detail::Joined;
  template <class Stream>
  void measure(const Stream& stream, Measurement& joined) const {
    joined.take(stream);
  }
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};

}  // namespace

TEST_CASE("a tensor joins in its first step, which is late for a frozen one") {
  Eigen::VectorXf a(3), b(2), c(1), da(3), db(2), dc(1);
  for (auto* v : {&a, &b, &c, &da, &db, &dc}) v->setOnes();
  et::Parameters<float> parameters;
  parameters.add("a", a, da).add("b", b, db, {.frozen = true}).add("c", c, dc);
  auto chain = et::chain<float>(Watch{});
  const auto& joined = chain.measured<Watch>();
  CHECK_FALSE(joined.has(0));
  chain.step(parameters);
  CHECK(joined.any_now());
  CHECK(joined.now(0));
  CHECK_FALSE(joined.now(1));
  CHECK(joined.now(2));
  CHECK(joined.has(0));
  CHECK_FALSE(joined.has(1));
  CHECK_FALSE(joined.has(-1));
  CHECK_FALSE(joined.has(3));

  parameters.set_options("b", {});
  parameters.set_options("c", {.frozen = true});
  CHECK(et::test::allocations_in([&] { chain.step(parameters); }) == 0);
  CHECK(joined.any_now());
  CHECK_FALSE(joined.now(0));
  CHECK(joined.now(1));
  CHECK(joined.has(2));
  chain.step(parameters);
  CHECK_FALSE(joined.any_now());
  CHECK_FALSE(joined.now(1));
  CHECK(joined.has(1));
}

TEST_CASE("who has joined comes back, and nothing else does") {
  Eigen::VectorXf a(3), b(2), da(3), db(2);
  for (auto* v : {&a, &b, &da, &db}) v->setOnes();
  et::Parameters<float> parameters;
  parameters.add("a", a, da, {.frozen = true}).add("b", b, db);
  auto chain = et::chain<float>(Watch{});
  chain.step(parameters);
  et::detail::Joined joined = chain.measured<Watch>(), fresh;
  CHECK(et::test::come_back(joined, fresh, parameters) == 1);
  CHECK_FALSE(fresh.has(0));
  CHECK(fresh.now(1));
  CHECK(et::test::fault_with(joined, "joined", 2, parameters) == "none");
  CHECK(et::test::fault_with(joined, "joined", 3, parameters) == "joined: must be 0, 1 or 2");
}
