// SPDX-License-Identifier: MIT
#include "eigentrain/core/state.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("every tensor has a place of its own, aligned as its parameter is") {
  std::vector<float> memory(1000);
  Eigen::VectorXf gradient(40);
  et::Parameters<float> parameters;
  for (int i = 0; i < 20; ++i) {  // at every misalignment
    parameters.add(et::message("t", i), Eigen::Map<Eigen::VectorXf>(memory.data() + 41 * i, 40),
                   gradient);
  }
  parameters.set_options("t3", {.frozen = true});
  et::detail::State<float> state;
  state.bind(parameters, 2, true);
  et::Elements<float>& elements = parameters.elements();
  state.place(elements);
  REQUIRE(elements.tensors.size() == 19);
  et::Index end = 0;
  for (const et::Tensor<float>& tensor : elements.tensors) {
    CHECK(tensor.state >= end);
    end = tensor.state + 40;
    const auto line = [](const float* address) {
      return reinterpret_cast<std::uintptr_t>(address) % 64;
    };
    CHECK(line(state.stream(0) + tensor.state) == line(tensor.parameter.data));
    CHECK(line(state.stream(1) + tensor.state) == line(tensor.parameter.data));
    for (et::Index i = 0; i < 40; ++i) {
      if (state.stream(1)[tensor.state + i] != 0.0f) FAIL_CHECK("not zero");
    }
  }
}

TEST_CASE("a list whose places could not all be found is not known") {
  Eigen::VectorXf a(3), da(3), b(3), db(3), large(10'000), gradient(10'000);
  et::Parameters<float> first, second;
  first.add("a", a, da).add("b", b, db);
  second.add("a", large, gradient).add("b", b, db);
  et::detail::State<float> state;
  state.bind(first, 2, true);
  b.resize(4);
  CHECK_THROWS_AS(state.bind(second, 2, true), std::invalid_argument);
  b.resize(3);
  state.bind(second, 2, true);
  auto values = state.of_tensor<Eigen::ArrayXf>(0, 1);
  REQUIRE(values.size() == 10'000);
  CHECK((values == 0.0f).all());  // under ASan: there is room for all of them
  values.setOnes();
}

TEST_CASE("a known list is bound again at no cost, another one only when it may be") {
  Eigen::VectorXd a(3), da(3), b(5), db(5);
  et::Parameters<double> first, second, longer;
  first.add("a", a, da);
  second.add("b", b, db);
  longer.add("a", a, da).add("b", b, db);
  et::detail::State<double> state;
  state.bind(first, 1, true);
  state.stream(0)[0] = 7.0;
  CHECK(et::test::allocations_in([&] { state.bind(first, 1, false); }) == 0);
  CHECK(state.stream(0)[0] == 7.0);
  CHECK_THROWS_WITH(state.bind(second, 1, false),
                    "b: it had 3 values in the first step and has 5 now");
  CHECK_THROWS_WITH(state.bind(longer, 1, false),
                    "step: the list had 1 tensors in the first step and has 2 now");
  CHECK(state.stream(0)[0] == 7.0);
  state.bind(second, 1, true);
  CHECK(state.stream(0)[0] == 0.0);
}

namespace {

/// Lists of one vector each, whose state begins at 0 and at 1 in a state that was made for them.
struct Lists {
  std::vector<float> memory = std::vector<float>(200);
  Eigen::VectorXf gradient = Eigen::VectorXf(40);
  et::Parameters<float> even, odd;
  Lists() {
    const auto line = reinterpret_cast<std::uintptr_t>(memory.data()) / 4 % 16;
    float* const first = memory.data() + (16 - line);
    even.add("t", Eigen::Map<Eigen::VectorXf>(first, 40), gradient);
    odd.add("t", Eigen::Map<Eigen::VectorXf>(first + 1, 40), gradient);
  }
};

/// Where the state of the first tensor begins, in a step with this state.
et::Index begin_of(et::detail::State<float>& state, et::Parameters<float>& list,
                   bool may_change = false) {
  et::Elements<float>& elements = list.elements();
  state.prepare(list, elements, 1, may_change);
  return elements.tensors[0].state;
}

}  // namespace

TEST_CASE("a step finds the places of its own state, whichever the list was stepped with before") {
  Lists lists;
  et::detail::State<float> even, odd;
  CHECK(begin_of(even, lists.even, true) == 0);
  CHECK(begin_of(odd, lists.odd, true) == 1);
  for (int step = 0; step < 3; ++step) {
    CHECK(begin_of(odd, lists.even) == 1);
    CHECK(begin_of(odd, lists.even) == 1);
    CHECK(begin_of(even, lists.even) == 0);
    CHECK(begin_of(even, lists.odd) == 0);
  }
  CHECK(begin_of(even, lists.even) == 0);
  even = odd;
  CHECK(begin_of(even, lists.even) == 1);
  CHECK(begin_of(even, lists.even) == 1);
}

TEST_CASE("a list that is another one now is looked at again, at the same address or not") {
  Lists lists;
  Eigen::VectorXf p = Eigen::VectorXf::Ones(41), g = p;
  et::Parameters<float> longer;
  longer.add("t", p, g);
  et::detail::State<float> state;
  std::optional<et::Parameters<float>> list(lists.even);
  CHECK(begin_of(state, *list, true) == 0);
  list.emplace(longer);
  CHECK_THROWS_AS(begin_of(state, *list), std::invalid_argument);
  list.emplace(lists.odd);
  CHECK(begin_of(state, *list) == 0);
  *list = longer;
  CHECK_THROWS_AS(begin_of(state, *list), std::invalid_argument);
  *list = lists.odd;
  CHECK(begin_of(state, *list) == 0);
  CHECK_THROWS_AS(begin_of(state, longer), std::invalid_argument);
  *list = std::move(longer);
  CHECK_THROWS_AS(begin_of(state, *list), std::invalid_argument);
  *list = lists.even;
  CHECK(begin_of(state, *list) == 0);
  list->add("more", p, g);
  CHECK_THROWS_AS(begin_of(state, *list), std::invalid_argument);
  list->keep_only([](et::Index i) { return i == 0; });
  CHECK(begin_of(state, *list) == 0);
  list->set_options("t", {.weight_decay = false});
  CHECK(begin_of(state, *list) == 0);
}

TEST_CASE("a state that is another one now is bound again, at the same address or not") {
  Lists lists;
  Eigen::VectorXf p = Eigen::VectorXf::Ones(41), g = p;
  et::Parameters<float> longer;
  longer.add("t", p, g);
  std::optional<et::detail::State<float>> state(std::in_place);
  CHECK(begin_of(*state, lists.even, true) == 0);
  et::detail::State<float> moved = std::move(*state);
  CHECK(begin_of(moved, lists.even) == 0);
  CHECK_THROWS_AS(begin_of(*state, lists.even), std::invalid_argument);
  state.emplace();
  CHECK(begin_of(*state, lists.even, true) == 0);
  state.emplace(moved);
  state->bind(longer, 1, true);  // its first step was over another list, after all
  CHECK_THROWS_AS(begin_of(*state, lists.even), std::invalid_argument);
  CHECK(begin_of(*state, lists.even, true) == 0);
  CHECK(begin_of(*state, lists.even) == 0);
  state->bind(longer, 1, true);
  CHECK_THROWS_AS(begin_of(*state, lists.even), std::invalid_argument);
}

TEST_CASE("a list that is known is prepared for a step without a look at it") {
  Lists lists;
  et::detail::State<float> state;
  CHECK(begin_of(state, lists.even, true) == 0);
  et::Elements<float>& elements = lists.even.elements();
  elements.tensors[0].state = 7;
  state.prepare(lists.even, elements, 1, false);
  CHECK(elements.tensors[0].state == 7);
}
