// SPDX-License-Identifier: MIT
#include "eigentrain/optim/any.hpp"

#include <utility>

#include "eigentrain/gradient/monitor.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

using Any = et::AnyOptimizer<float>;
using Adam = et::Adam<float>;
using Sgd = et::Sgd<float>;

struct Model {
  Eigen::MatrixXf W = Eigen::MatrixXf::Constant(7, 9, 1.0f), dW = W;
  et::Parameters<float> parameters;
  Model() { parameters.add("W", W.topRows(5), dW.topRows(5)); }
  Model(const Model&) = delete;
  template <class Optimizer, class... Observer>
  bool step(Optimizer& optimizer, Observer&... observer) {
    for (Eigen::Index i = 0; i < dW.size(); ++i) {
      dW.data()[i] = et::test::noise<float>(optimizer.count(), i);
    }
    return optimizer.step(parameters, observer...);
  }
};

}  // namespace

TEST_CASE("an optimizer of any type makes the steps of its own, watched or not") {
  Model erased, plain;
  Any any = Adam({.learning_rate = 0.1});
  Adam adam({.learning_rate = 0.1});
  et::Monitor<float> watching({.every = 2}), other({.every = 2});
  for (int i = 0; i < 6; ++i) {
    if (i < 3) {
      CHECK(erased.step(any));
      CHECK(plain.step(adam));
    } else {
      CHECK(erased.step(any, watching));
      CHECK(plain.step(adam, other));
      CHECK(watching.gathered() == (i % 2 == 0));
    }
    CHECK(et::test::same_bits(erased.W, plain.W));
    CHECK(any.count() == i + 1);
  }
  CHECK(watching.total().update_norm == other.total().update_norm);
  CHECK(watching[0].gradient_norm == other[0].gradient_norm);
  CHECK(watching.total().update_norm > 0.0);
  CHECK(et::test::allocations_in([&] {
          erased.step(any);
          erased.step(any, watching);
        }) == 0);
}

TEST_CASE("copies go on from the same point, and a moved one is empty") {
  Model first, second;
  Any any = Adam({.learning_rate = 0.1});
  first.step(any);
  second.W = first.W;
  Any copy = any, empty;
  CHECK(empty.empty());
  for (int i = 0; i < 3; ++i) {
    first.step(any);
    second.step(copy);
  }
  CHECK(et::test::same_bits(first.W, second.W));
  empty = copy;
  CHECK(empty.count() == 4);
  Any moved = std::move(copy);
  CHECK(moved.count() == 4);
  CHECK(copy.empty());  // NOLINT: that is what is asked
  CHECK_THROWS_WITH(copy.step(first.parameters), "AnyOptimizer: it is empty");
  moved = Sgd({.learning_rate = 0.5});
  CHECK(moved.count() == 0);
  CHECK(any.count() == 4);
}

TEST_CASE("the learning rate goes through, where there is one") {
  Any any = Sgd({.learning_rate = 0.5});
  CHECK(any.learning_rate() == 0.5);
  any.set_learning_rate(0.25);
  CHECK(any.learning_rate() == 0.25);
  any.set_learning_rate([](std::int64_t step) { return 4.0 + static_cast<double>(step); });
  CHECK(any.learning_rate() == 4.0);
  CHECK_THROWS_AS(any.set_learning_rate(-1.0), std::invalid_argument);
  CHECK(any.learning_rate() == 4.0);
  Any none = et::chain<float>(et::momentum({}));
  CHECK_THROWS_WITH(none.learning_rate(), "AnyOptimizer: it has no learning rate of its own");
  CHECK_THROWS_WITH(none.set_learning_rate(1.0),
                    "AnyOptimizer: it has no learning rate of its own");
}

TEST_CASE("the optimizer itself can be had back") {
  Any any = Adam({.beta1 = 0.5});
  REQUIRE(any.get_if<Adam>() != nullptr);
  CHECK(any.get_if<Adam>()->get<et::AdamDirection>().options().beta1 == 0.5);
  CHECK(any.get_if<Sgd>() == nullptr);
  CHECK(Any().get_if<Adam>() == nullptr);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Any, et::Adam<double>>);
}

namespace {

/// Steps, but never watched.
struct Shy {
  using Scalar = float;
  std::int64_t steps = 0;
  bool step(et::Parameters<float>&) { return ++steps > 0; }
  std::int64_t count() const { return steps; }
};

}  // namespace

TEST_CASE("an optimizer that takes no observer says so") {
  Model model;
  Any any = Shy();
  et::Monitor<float> monitor;
  CHECK_THROWS_WITH(any.step(model.parameters, monitor),
                    "AnyOptimizer: a step of this optimizer can't be watched");
  CHECK(any.count() == 0);
  CHECK(any.step(model.parameters));
  CHECK(any.count() == 1);
}
