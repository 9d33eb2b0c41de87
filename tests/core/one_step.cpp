// SPDX-License-Identifier: MIT
// What becomes of steps that are skipped, gather or throw is tested in tests/core/chain.cpp.
#include "eigentrain/core/one_step.hpp"

#include <Eigen/Core>

#include "eigentrain/core/chain.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

// One of three rules that take none, one and two of two state values.
struct OneOfThree {
  static constexpr int slots = 2;
  int which = 0;
  template <class S>
  auto at(const et::Step&) const {
    const auto none = [](const auto& u, const auto&) { return u; };
    const auto one = [](const auto& u, const auto&, auto& first) {
      first = first + S(1);
      return u + first;
    };
    const auto two = [](const auto& u, const auto&, auto&, auto& second) {
      second = second + S(10);
      return u + second;
    };
    return et::either(which == 0, none, et::either(which == 1, one, two));
  }
};

// Counts steps.
struct Count {
  static constexpr int slots = 1;
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& count) {
      count = count + S(100);
      return u + count;
    };
  }
};

struct Greedy {
  static constexpr int slots = 1;
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& a, auto& b) { return u + a + b; };
  }
};

template <class... T>
struct Made {
  Eigen::VectorXf p = Eigen::VectorXf::Zero(5), g = Eigen::VectorXf::Ones(5);
  et::Parameters<float> parameters;
  et::detail::State<float> state;
  et::detail::List<et::detail::Link<T>...> links;
  et::detail::NoObserver nobody;

  explicit Made(T... transforms) : links{{{transforms}}...} { parameters.add("p", p, g); }

  et::Verdict step(et::Index streams) {
    auto& elements = parameters.elements();
    state.prepare(parameters, elements, streams, true);
    float* room[8];
    et::detail::OneStep<float, et::detail::NoObserver, T...> one{links, state,  elements,
                                                                 {},    nobody, room};
    return one.advance(0);
  }
  float stream(et::Index k) { return state.of_tensor<Eigen::ArrayXf>(0, k)[4]; }
};

}  // namespace

TEST_CASE("of nested choices one rule is taken, and the state behind it stays where it is") {
  Made<OneOfThree, Count> made({}, {});
  auto& choice = et::detail::item<0>(made.links).transform;
  CHECK(made.step(3) == et::Verdict::proceed);
  CHECK(made.p[4] == -101.0f);
  choice.which = 1;
  made.step(3);
  CHECK(made.p[4] == -101.0f - 202.0f);
  choice.which = 2;
  made.step(3);
  CHECK(made.p[4] == -101.0f - 202.0f - 311.0f);
  CHECK(made.stream(0) == 1.0f);
  CHECK(made.stream(1) == 10.0f);
  CHECK(made.stream(2) == 300.0f);
}

TEST_CASE("without transforms the gradient is the update") {
  Made<> made;
  CHECK(made.step(0) == et::Verdict::proceed);
  CHECK(made.p[4] == -1.0f);
}

TEST_CASE("a rule that takes more state than its transform declares is refused") {
  Made<Count, Greedy> made({}, {});
  CHECK_THROWS_WITH(made.step(2),
                    "chain: a rule takes 2 state values, but its transform declares "
                    "1 slots");
  CHECK(made.p[4] == 0.0f);
  CHECK(made.stream(0) == 0.0f);
}
