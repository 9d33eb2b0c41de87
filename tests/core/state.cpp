// SPDX-License-Identifier: MIT
#include "eigentrain/core/state.hpp"

#include <cstdint>
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
