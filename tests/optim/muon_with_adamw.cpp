// SPDX-License-Identifier: MIT
#include "eigentrain/optim/muon_with_adamw.hpp"

#include <Eigen/Core>
#include <string_view>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

TEST_CASE("matrices take Muon's step and all else AdamW's") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(3, 4), dw = w, w2 = w;
  Eigen::VectorXf b = Eigen::VectorXf::Ones(3), db = b, b2 = b;
  Eigen::RowVectorXf r = Eigen::RowVectorXf::Ones(5), dr = r, r2 = r;
  for (et::Index i = 0; i < dw.size(); ++i) dw.data()[i] = et::test::noise<float>(1, i);
  et::Parameters<float> all, matrices, others;
  all.add("b", b, db).add("w", w, dw).add("r", r, dr);
  matrices.add("w", w2, dw);
  others.add("b", b2, db).add("r", r2, dr);
  const et::MuonWithAdamWOptions options{.muon = {.learning_rate = 0.1},
                                         .adamw = {.learning_rate = 0.01}};
  et::MuonWithAdamW<float> optimizer(options);
  et::Muon<float> muon(options.muon);
  et::AdamW<float> adamw(options.adamw);
  for (int step = 0; step < 3; ++step) {
    CHECK(optimizer.step(all));
    muon.step(matrices), adamw.step(others);
  }
  CHECK(et::test::same_bits(w, w2));
  CHECK(et::test::same_bits(b, b2));
  CHECK(et::test::same_bits(r, r2));
  CHECK(optimizer.count() == 3);
  // Two values a parameter for each, and none for the other's.
  CHECK(optimizer.part<0>().state<et::MuonDirection>(0).size() == 12);
  CHECK(optimizer.part<0>().state<et::MuonDirection>(1).size() == 0);
  CHECK(optimizer.part<1>().state<et::AdamDirection>(0).size() == 3);
  CHECK(optimizer.part<1>().state<et::AdamDirection>(1).size() == 5);
  CHECK(et::test::allocations_in([&] { optimizer.step(all); }) == 0);
}

TEST_CASE("a matrix can be left to AdamW by name") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(3, 4), dw = w, head = w, dhead = w;
  et::Parameters<float> parameters;
  parameters.add("w", w, dw).add("head", head, dhead);
  auto optimizer = et::partition<float>(
      [](const et::Tensor<float>& t) { return t.is_matrix() && !t.name.starts_with("head"); },
      et::muon({}), et::adamw({.learning_rate = 0.25, .weight_decay = 0.0}));
  optimizer.step(parameters);
  CHECK(head(0, 0) == Approx(0.75f).epsilon(1e-6));
  CHECK(w(0, 0) != head(0, 0));
}

TEST_CASE("MuonWithAdamW: options out of range throw") {
  using Both = et::MuonWithAdamW<double>;
  Both defaults;
  CHECK(defaults.part<0>().learning_rate() == 1e-3);
  CHECK(defaults.part<1>().learning_rate() == 1e-3);
  CHECK_THROWS_WITH(Both({.muon = {.momentum = 1.0}}),
                    "muon_direction: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(Both({.adamw = {.beta1 = 1.0}}),
                    "adam_direction: beta1 must be in [0, 1), got 1");
}
