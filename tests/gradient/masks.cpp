// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/masks.hpp"

#include <cmath>

#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Model {
  Eigen::MatrixXf W = Eigen::MatrixXf::Constant(9, 5, 2.0f), dW = Eigen::MatrixXf::Ones(9, 5);
  RowMajor V = RowMajor::Constant(4, 6, 2.0f), dV = RowMajor::Ones(4, 6);
  Eigen::VectorXf b = Eigen::VectorXf::Constant(7, 2.0f), db = Eigen::VectorXf::Ones(7);
  et::Parameters<float> parameters;
  Model() { parameters.add("W", W, dW).add("V", V, dV).add("b", b, db); }
};

// 1 on a chequered board's black fields.
Eigen::MatrixXf board(Eigen::Index rows, Eigen::Index cols) {
  return Eigen::MatrixXf::NullaryExpr(rows, cols, [](Eigen::Index i, Eigen::Index j) {
    return (i + 2 * j) % 3 == 0 ? 1.0f : 0.0f;
  });
}

}  // namespace

TEST_CASE("weights with a mask of 0 stay to the bit, whatever arrives, in both storage orders") {
  et::test::at_every_level([] {
    Model model, free;
    const Eigen::MatrixXf w = board(9, 5), v = board(4, 6);
    et::Masks<float> masks;
    masks.add(model.parameters, "W", w).add(model.parameters, "V", v);
    auto optimizer = et::chain<float>(et::adamw({.weight_decay = 0.1}), et::mask_updates(masks));
    auto plain = et::chain<float>(et::adamw({.weight_decay = 0.1}));
    model.W(1, 0) = -0.0f;
    model.dW(2, 0) = std::nanf("");
    REQUIRE(w(1, 0) + w(2, 0) == 0.0f);
    for (int i = 0; i < 5; ++i) {
      optimizer.step(model.parameters);
      plain.step(free.parameters);
    }
    CHECK(std::signbit(model.W(1, 0)));
    model.W(1, 0) = 2.0f;
    for (Eigen::Index i = 0; i < 9; ++i) {
      for (Eigen::Index j = 0; j < 5; ++j) {
        CHECK(model.W(i, j) == (w(i, j) == 1.0f ? free.W(i, j) : 2.0f));
        if (i < 4) CHECK(model.V(i, j) == (v(i, j) == 1.0f ? free.V(i, j) : 2.0f));
      }
    }
    CHECK(model.b == free.b);
    CHECK(free.W(0) < 2.0f);
  });
}

TEST_CASE("a mask becomes state in its tensor's first step, and can be changed there") {
  Model model;
  et::Masks<float> masks;
  masks.add(model.parameters, "b", Eigen::RowVectorXf::Unit(7, 3));
  masks.add(model.parameters, "W", Eigen::MatrixXf::Zero(9, 5));
  model.parameters.set_options("W", {.frozen = true});
  auto optimizer = et::chain<float>(et::sgd({.learning_rate = 1.0}), et::mask_updates(masks));
  optimizer.step(model.parameters);
  CHECK(model.b == Eigen::VectorXf::Constant(7, 2.0f) - Eigen::VectorXf::Unit(7, 3));
  optimizer.state<et::MaskUpdates<float>>(2) = Eigen::ArrayXf(Eigen::VectorXf::Unit(7, 4));
  CHECK(et::test::allocations_in([&] { optimizer.step(model.parameters); }) == 0);
  CHECK(model.b[3] == 1.0f);
  CHECK(model.b[4] == 1.0f);
  model.parameters.set_options("W", {});
  optimizer.step(model.parameters);
  CHECK(model.W.isConstant(2.0f));  // its mask was there all the time
  CHECK(model.b[4] == 0.0f);
}

TEST_CASE("masks that don't fit are refused") {
  Model model;
  et::Masks<float> masks;
  CHECK_THROWS_WITH(masks.add(model.parameters, "X", board(2, 2)),
                    "Masks: there is no tensor named \"X\"");
  CHECK_THROWS_WITH(masks.add(model.parameters, "W", board(5, 9)),
                    "Masks: W is 9x5, but its mask is 5x9");
  CHECK_THROWS_WITH(masks.add(model.parameters, "b", board(6, 1)),
                    "Masks: b is 7x1, but its mask is 6x1");
  CHECK_THROWS_WITH(masks.add(model.parameters, "W", board(9, 5) / 2.0f),
                    "Masks: the mask of W has values that are neither 0 nor 1");
  CHECK(masks[0] == nullptr);
  masks.add(model.parameters, "W", board(9, 5));
  CHECK(masks[0] != nullptr);
  CHECK_THROWS_WITH(masks.add(model.parameters, "W", board(9, 5)), "Masks: W has a mask already");
}

TEST_CASE("the masks of another list are refused, and nothing has changed") {
  Model model;
  et::Masks<float> masks;
  masks.add(model.parameters, "W", board(9, 5));
  auto optimizer = et::chain<float>(et::descend(0.5), et::mask_updates(masks));
  Eigen::MatrixXf larger = Eigen::MatrixXf::Ones(30, 50), slope = larger;
  et::Parameters<float> others;
  others.add("larger", larger, slope);
  CHECK_THROWS_WITH(optimizer.step(others),
                    "mask_updates: larger has 1500 values, but its mask 45");
  CHECK((larger.array() == 1.0f).all());
  CHECK(optimizer.step(model.parameters));
  CHECK(model.W(0, 0) == 1.5f);
  CHECK(model.W(1, 0) == 2.0f);
}
