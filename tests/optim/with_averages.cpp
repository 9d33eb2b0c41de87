// SPDX-License-Identifier: MIT
#include "eigentrain/optim/with_averages.hpp"

#include <stdexcept>
#include <string_view>

#include "eigentrain/optim/average_parameters.hpp"
#include "eigentrain/optim/lookahead.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

// A matrix, a block with gaps and a frozen vector; gradients of one, after two steps with rate 1.
struct Model {
  Eigen::MatrixXf W = Eigen::MatrixXf::Constant(3, 4, 8.0f), dW = Eigen::MatrixXf::Ones(3, 4);
  Eigen::MatrixXf B = Eigen::MatrixXf::Constant(5, 3, 4.0f), dB = Eigen::MatrixXf::Ones(2, 3);
  Eigen::VectorXf f = Eigen::VectorXf::Constant(6, 2.0f), df = Eigen::VectorXf::Ones(6);
  et::Parameters<float> parameters;
  Model() {
    for (Eigen::Index k = 0; k < B.size(); ++k) B.data()[k] += 0.125f * static_cast<float>(k);
    parameters.add("W", W, dW).add("B", B.middleRows(1, 2), dB).add("f", f, df, {.frozen = true});
  }
  template <class Optimizer>
  void train(Optimizer& optimizer) {
    for (int i = 0; i < 2; ++i) optimizer.step(parameters);
  }
};

template <class... Average>
auto averaging(Average... average) {
  return et::chain<float>(et::sgd({.learning_rate = 1.0}), average...);
}

}  // namespace

TEST_CASE("averages are exchanged with the parameters, and back") {
  Model model;
  auto optimizer = averaging(et::average_parameters());
  model.train(optimizer);
  const Eigen::MatrixXf W = model.W, B = model.B;
  CHECK(et::test::allocations_in([&] { et::swap_averages(optimizer, model.parameters); }) == 0);
  CHECK(model.W == Eigen::MatrixXf::Constant(3, 4, 6.5f));  // of 7 and 6
  CHECK(model.B.middleRows(1, 2) == (B.middleRows(1, 2).array() + 0.5f).matrix());
  CHECK(model.B.row(0) == B.row(0));
  CHECK(model.B.bottomRows(2) == B.bottomRows(2));
  CHECK(model.f == Eigen::VectorXf::Constant(6, 2.0f));
  et::swap_averages(optimizer, model.parameters);
  CHECK(et::test::same_bits(model.W, W));
  CHECK(et::test::same_bits(model.B, B));
}

TEST_CASE("an evaluation by averages returns its result, and puts the parameters back") {
  Model model;
  auto optimizer = averaging(et::average_parameters());
  et::with_averages(optimizer, model.parameters, [&] { CHECK(model.W(0) == 8.0f); });  // none yet
  model.train(optimizer);
  const float seen = et::with_averages(optimizer, model.parameters, [&] { return model.W(2, 3); });
  CHECK(seen == 6.5f);
  CHECK(model.W(2, 3) == 6.0f);
  CHECK_THROWS_AS(et::with_averages(optimizer, model.parameters,
                                    [&] {
                                      CHECK(model.W(2, 3) == 6.5f);
                                      throw std::runtime_error("evaluation");
                                    }),
                  std::runtime_error);
  CHECK(model.W(2, 3) == 6.0f);
}

TEST_CASE("one of several averages is named by its transform") {
  Model model;
  auto optimizer = averaging(et::lookahead({.period = 4}), et::ema_parameters({.decay = 0.75}));
  model.train(optimizer);
  const auto first = [&] { return model.W(0); };
  CHECK(et::with_averages<et::Lookahead>(optimizer, model.parameters, first) == 8.0f);
  CHECK(et::with_averages<et::EmaParameters>(optimizer, model.parameters, first) == 6.75f);
}

TEST_CASE("a partition's averages are exchanged in the parts that keep some") {
  Model model;
  auto optimizer =
      et::partition<float>([](std::string_view name) { return name == "W"; },
                           averaging(et::average_parameters()), et::sgd({.learning_rate = 1.0}));
  et::with_averages(optimizer, model.parameters, [&] { CHECK(model.W(0) == 8.0f); });  // none yet
  model.train(optimizer);
  const Eigen::MatrixXf W = model.W, B = model.B;
  CHECK(et::test::allocations_in([&] { et::swap_averages(optimizer, model.parameters); }) == 0);
  CHECK(model.W == Eigen::MatrixXf::Constant(3, 4, 6.5f));
  CHECK(et::test::same_bits(model.B, B));
  et::swap_averages<et::AverageParameters>(optimizer, model.parameters);
  CHECK(et::test::same_bits(model.W, W));
  const auto second = [&] {
    return et::with_averages(optimizer, model.parameters, [&] { return model.B(1); });
  };
  CHECK(second() == B(1));
}

TEST_CASE("a partition in a partition and both parts' averages; another list is refused") {
  Model model, other;
  const auto by_name = [](std::string_view name) { return name == "W"; };
  auto optimizer =
      et::partition<float>(by_name, averaging(et::average_parameters()),
                           et::partition<float>([](std::string_view name) { return name == "f"; },
                                                et::sgd({.learning_rate = 1.0}),
                                                averaging(et::ema_parameters({.decay = 0.75}))));
  model.train(optimizer);
  const float b = model.B(1, 0), averaged = b + 0.75f;  // 1/4 of it and 3/4 of b + 1
  CHECK(et::with_averages(optimizer, model.parameters, [&] { return model.W(0); }) == 6.5f);
  CHECK(et::with_averages(optimizer, model.parameters, [&] { return model.B(1, 0); }) == averaged);
  CHECK(model.B(1, 0) == b);
  CHECK(et::with_averages<et::EmaParameters>(optimizer, model.parameters,
                                             [&] { return model.W(0); }) == 6.0f);
  Eigen::VectorXf small = Eigen::VectorXf::Zero(2), d_small = small;
  Eigen::MatrixXf W = model.W, dW = model.dW;
  et::Parameters<float> wrong;
  wrong.add("W", W, dW).add("B", small, d_small).add("f", other.f, other.df, {.frozen = true});
  CHECK_THROWS_WITH(et::swap_averages(optimizer, wrong),
                    "swap_averages: B has 2 values, but the optimizer's average has 6");
  CHECK(et::test::same_bits(W, model.W));  // nothing was exchanged
}

TEST_CASE("averages can be copied into a second model") {
  Model model, other;
  auto optimizer = averaging(et::average_parameters());
  model.train(optimizer);
  other.f.setZero();
  et::copy_averages(optimizer, model.parameters, other.parameters);
  CHECK(other.W == Eigen::MatrixXf::Constant(3, 4, 6.5f));
  CHECK(other.B.middleRows(1, 2) == (model.B.middleRows(1, 2).array() + 0.5f).matrix());
  CHECK(other.f == model.f);
  CHECK(model.W(0) == 6.0f);
}

TEST_CASE("a list that isn't the optimizer's is refused, and nothing changes") {
  Model model;
  auto optimizer = averaging(et::average_parameters());
  model.train(optimizer);
  Eigen::MatrixXf V = Eigen::MatrixXf::Zero(3, 4), b = Eigen::MatrixXf::Zero(2, 2);
  et::Parameters<float> others, fewer;
  others.add("V", V, model.dW).add("b", b, model.W.topLeftCorner(2, 2)).add("f", model.f, model.df);
  CHECK_THROWS_WITH(et::swap_averages(optimizer, others),
                    "swap_averages: b has 4 values, but the optimizer's average has 6");
  CHECK_THROWS_WITH(et::copy_averages(optimizer, model.parameters, others),
                    "copy_averages: b has 4 values, and its average belongs to 6");
  CHECK(V.isZero(0.0f));
  fewer.add("V", V, model.dW);
  CHECK_THROWS_WITH(et::copy_averages(optimizer, model.parameters, fewer),
                    "copy_averages: the lists have 3 and 1 tensors");
}
