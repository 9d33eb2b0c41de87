// SPDX-License-Identifier: MIT
#include "eigentrain/core/rule.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;
using P = et::Packet<double, 1>;

namespace {
constexpr auto twice = [](const auto& u, const auto&) { return u + u; };
constexpr auto add_parameter = [](const auto& u, const auto& p) { return u + p; };
constexpr auto count_up = [](const auto& u, const auto&, auto& calls) {
  calls = calls + 1.0;
  return u;
};
constexpr auto swap_two = [](const auto& u, const auto&, auto& a, auto& b) {
  const auto kept = a;
  a = b;
  b = kept;
  return u;
};
}  // namespace

TEST_CASE("a rule's parameters tell how much state it has") {
  CHECK(et::detail::arity<decltype(twice), P>() == 0);
  CHECK(et::detail::arity<decltype(count_up), P>() == 1);
  CHECK(et::detail::arity<decltype(swap_two), P>() == 2);
  CHECK(et::detail::total_arity<double, decltype(twice), decltype(count_up), decltype(swap_two)> ==
        3);
}

TEST_CASE("rules run in order, each on state of its own") {
  P state[] = {10.0, 20.0, 30.0};
  CHECK(et::detail::apply(P(3.0), P(5.0), state, twice, add_parameter)[0] == 11.0);
  CHECK(et::detail::apply(P(3.0), P(5.0), state, add_parameter, twice)[0] == 16.0);
  CHECK(et::detail::apply(P(3.0), P(5.0), state, count_up, twice, swap_two)[0] == 6.0);
  CHECK(state[0][0] == 11.0);
  CHECK(state[1][0] == 30.0);
  CHECK(state[2][0] == 20.0);
  CHECK(et::detail::apply(P(3.0), P(5.0), state)[0] == 3.0);
}

TEST_CASE("a rule may depend on a tensor or on its options") {
  const auto scaled = et::per_tensor([](const et::ParameterOptions& options) {
    return [scale = options.learning_rate_scale](const auto& u, const auto&) { return scale * u; };
  });
  P none[1];
  const et::ParameterOptions options{.learning_rate_scale = 0.5};
  et::Tensor<double> tensor;
  tensor.options = &options;
  tensor.number = 7;
  const auto rule = et::detail::rule_for(scaled, tensor);
  CHECK(et::detail::apply(P(3.0), P(0.0), none, rule)[0] == 1.5);
  const auto numbered = et::per_tensor([](const et::Tensor<double>& seen) {
    return [n = static_cast<double>(seen.number)](const auto& u, const auto&) { return n * u; };
  });
  CHECK(et::detail::apply(P(3.0), P(0.0), none, et::detail::rule_for(numbered, tensor))[0] == 21.0);
  CHECK(et::detail::total_arity<double, decltype(scaled)> == 0);
}

TEST_CASE("a choice of rules is resolved to the chosen one") {
  double seen = 0.0;
  const auto see = [&](const auto& chosen) { seen = chosen; };
  et::detail::with_choice(7, see);
  CHECK(seen == 7.0);
  et::detail::with_choice(et::either(true, 1, 2.5), see);
  CHECK(seen == 1.0);
  et::detail::with_choice(et::either(false, 1, 2.5), see);
  CHECK(seen == 2.5);
  et::detail::with_choice(et::either(false, 1, et::either(true, 3.5, 4)), see);
  CHECK(seen == 3.5);
}
