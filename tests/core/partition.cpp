// SPDX-License-Identifier: MIT
#include "eigentrain/core/partition.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/monitor.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using et::test::noise;
using et::test::same_bits;

namespace {

using Vector = Eigen::VectorXf;
using Matrix = Eigen::MatrixXf;

/// Two layers, and their parameters in one list or in two.
struct Model {
  Matrix w1{5, 7}, dw1{5, 7}, w2{3, 5}, dw2{3, 5};
  Vector b1{5}, db1{5}, b2{3}, db2{3};
  et::Parameters<float> all, weights, biases;

  Model() {
    fill(w1, -1), fill(w2, -2), fill(b1, -3), fill(b2, -4);
    all.add("1.weight", w1, dw1).add("1.bias", b1, db1);
    all.add("2.weight", w2, dw2).add("2.bias", b2, db2);
    weights.add("1.weight", w1, dw1).add("2.weight", w2, dw2);
    biases.add("1.bias", b1, db1).add("2.bias", b2, db2);
  }
  template <class T>
  static void fill(T& values, std::int64_t number) {
    for (et::Index i = 0; i < values.size(); ++i) values.data()[i] = noise<float>(number, i);
  }
  void backward(std::int64_t step) {
    fill(dw1, 10 * step), fill(dw2, 10 * step + 1), fill(db1, 10 * step + 2);
    fill(db2, 10 * step + 3);
  }
  bool same_as(const Model& other) const {
    return same_bits(w1, other.w1) && same_bits(w2, other.w2) && same_bits(b1, other.b1) &&
           same_bits(b2, other.b2);
  }
};

auto adam(double rate = 0.1) {
  return et::sequence(et::clip_by_global_norm(2.0), et::adam_direction({}), et::decay_weights(0.1),
                      et::descend(rate));
}
auto heavy_ball(et::Schedule rate = 0.5) {
  return et::sequence(et::momentum({}), et::descend(std::move(rate)));
}
constexpr auto is_weight = [](std::string_view name) { return name.ends_with(".weight"); };
constexpr auto is_matrix = [](const et::Tensor<float>& tensor) { return tensor.is_matrix(); };

}  // namespace

TEST_CASE("a partition makes the steps of its parts") {
  Model joint, apart;
  auto optimizer = et::partition<float>(is_matrix, adam(), heavy_ball());
  auto first = et::chain<float>(adam());
  auto second = et::chain<float>(heavy_ball());
  CHECK(optimizer.tensors(0).empty());
  for (std::int64_t step = 0; step < 5; ++step) {
    joint.backward(step), apart.backward(step);
    CHECK(optimizer.step(joint.all));
    first.step(apart.weights);
    second.step(apart.biases);
    CHECK(joint.same_as(apart));
  }
  CHECK(optimizer.count() == 5);
  CHECK(optimizer.part<0>().count() == 5);
  CHECK(optimizer.part<1>().count() == 5);
  CHECK(optimizer.tensors(0).name(1) == "2.weight");
  CHECK(optimizer.part<0>().state<et::AdamDirection>(1, 1).size() == 15);
  CHECK(optimizer.part<1>().state<et::Momentum>(0).size() == 5);  // none for the other's
  CHECK(optimizer.part<1>().state<et::Momentum>(2).size() == 0);
  // The norm is that of the part.
  CHECK(optimizer.part<0>().measured<et::ClipByGlobalNorm>().norm ==
        first.measured<et::ClipByGlobalNorm>().norm);
}

TEST_CASE("parts can be chosen by name, by number, and be chains") {
  Model a, b, c;
  auto by_name = et::partition<float>(is_weight, adam(), heavy_ball());
  const auto number = [](std::string_view name) {
    return name == "1.bias" ? 2 : name == "2.bias" ? 0 : 1;
  };
  auto by_number = et::partition<float>(number, heavy_ball(), et::chain<float>(adam()),
                                        et::chain<float>(heavy_ball()));
  auto others_empty =
      et::partition<float>([](std::string_view) { return 1; }, adam(), heavy_ball(), adam());
  auto alone = et::chain<float>(heavy_ball());
  Model d;
  for (std::int64_t step = 0; step < 3; ++step) {
    for (Model* m : {&a, &b, &c, &d}) m->backward(step);
    by_name.step(a.all), by_number.step(b.all), others_empty.step(c.all), alone.step(d.all);
  }
  CHECK(a.same_as(b));
  CHECK(c.same_as(d));
  CHECK(others_empty.part<0>().count() == 0);
  CHECK(others_empty.count() == 3);
  auto wrong = et::partition<float>([](std::string_view) { return 2; }, adam(), heavy_ball());
  CHECK_THROWS_WITH(wrong.step(a.all), "partition: part must be in [0, 2), got 2 for 1.weight");
  et::Parameters<float> none;
  CHECK_THROWS_WITH(by_name.step(none), "Parameters: the list is empty; add() tensors first");
}

TEST_CASE("options that change between steps take effect") {
  Model joint, apart;
  auto optimizer = et::partition<float>(is_matrix, adam(), heavy_ball());
  auto first = et::chain<float>(adam());
  auto second = et::chain<float>(heavy_ball());
  for (std::int64_t step = 0; step < 6; ++step) {
    joint.backward(step), apart.backward(step);
    if (step == 1) {
      joint.all.set_options("2.weight", {.weight_decay = false, .learning_rate_scale = 0.25});
      apart.weights.set_options("2.weight", {.weight_decay = false, .learning_rate_scale = 0.25});
    }
    if (step == 2 || step == 4) {
      const auto freeze = [step](std::string_view, et::ParameterOptions& options) {
        options.frozen = step == 2;
      };
      joint.all.change_options(freeze);
      apart.weights.change_options(freeze), apart.biases.change_options(freeze);
    }
    optimizer.step(joint.all);
    first.step(apart.weights);
    second.step(apart.biases);
    CHECK(joint.same_as(apart));
  }
}

TEST_CASE("a tensor stays with its part, and a list with its length") {
  Model m;
  bool first = true;
  auto optimizer =
      et::partition<float>([&](std::string_view) { return first; }, adam(), heavy_ball());
  m.backward(1);
  optimizer.step(m.all);
  first = false;
  m.all.set_options("1.bias", {.weight_decay = false});
  CHECK(optimizer.step(m.all));
  CHECK(optimizer.part<1>().count() == 0);
  Vector more = Vector::Ones(3), grad = more;
  m.all.add("more", more, grad);
  CHECK_THROWS_WITH(optimizer.step(m.all),
                    "step: the list had 4 tensors in the first step and has 5 now");
  CHECK(optimizer.count() == 2);
  m.w1.resize(2, 2);
  CHECK_THROWS_WITH(optimizer.step(m.all),
                    "step: the list had 4 tensors in the first step and has 5 now");
}

TEST_CASE("matrices that are resized are seen, and refused") {
  Model m;
  auto optimizer = et::partition<float>(is_matrix, adam(), heavy_ball());
  m.backward(1);
  optimizer.step(m.all);
  const Matrix w = m.w1;
  m.db2.resize(4);
  CHECK_THROWS_WITH(optimizer.step(m.all),
                    "2.bias: the gradient was 3x1 when it was added and is 4x1 now");
  CHECK(same_bits(w, m.w1));
  m.db2 = Vector::Ones(3);  // elsewhere in memory
  const float before = m.b2[0];
  CHECK(optimizer.step(m.all));
  CHECK(m.b2[0] != before);
}

TEST_CASE("a step that fails in any part changes nothing in all of them") {
  double rate = 0.5;
  const et::Schedule schedule([&rate](std::int64_t) { return rate; });
  for (const bool first_fails : {true, false}) {
    CAPTURE(first_fails);
    Model m, clean;
    auto optimizer =
        et::partition<float>([=](std::string_view name) { return is_weight(name) != first_fails; },
                             adam(), heavy_ball(schedule));
    auto reference = optimizer;
    m.backward(1), clean.backward(1);
    rate = -1.0;  // the first step of all, and a later one
    CHECK_THROWS(optimizer.step(m.all));
    CHECK(m.same_as(clean));
    rate = 0.5;
    optimizer.step(m.all), reference.step(clean.all);
    m.backward(2), clean.backward(2);
    const double norm = optimizer.part<0>().measured<et::ClipByGlobalNorm>().norm;
    m.dw1(3, 0) = first_fails ? 7.0f : std::nanf("");
    m.db1[3] = first_fails ? std::nanf("") : 7.0f;  // clipping refuses it
    CHECK_THROWS(optimizer.step(m.all));
    CHECK(m.same_as(clean));
    CHECK(optimizer.count() == 1);
    CHECK(optimizer.part<0>().count() == 1);
    CHECK(optimizer.part<1>().count() == 1);
    CHECK(optimizer.template part<0>().template measured<et::ClipByGlobalNorm>().norm == norm);
    m.backward(3), clean.backward(3);
    optimizer.step(m.all), reference.step(clean.all);
    CHECK(m.same_as(clean));
  }
}

TEST_CASE("a step that one part skips is skipped by all") {
  const auto skipping = [] {
    return et::sequence(
        et::clip_by_global_norm(2.0, {.non_finite = {.policy = et::NonFinite::skip}}),
        et::momentum({}), et::descend(0.1));
  };
  for (const bool first : {true, false}) {
    Model m, before;
    auto optimizer =
        et::partition<float>([first](std::string_view name) { return is_weight(name) == first; },
                             skipping(), skipping());
    m.backward(1), before.backward(1);
    m.dw2(1, 0) = HUGE_VALF;
    CHECK_FALSE(optimizer.step(m.all));
    CHECK(m.same_as(before));
    CHECK(optimizer.count() == 0);
    CHECK(optimizer.part<0>().count() == 0);
    CHECK(optimizer.part<1>().count() == 0);
    m.backward(1);
    CHECK(optimizer.step(m.all));
  }
}

TEST_CASE("parts may gather gradients, each for itself") {
  Model joint, apart;
  const auto gathering = [](std::int64_t batches) {
    return et::sequence(et::accumulate(batches), et::momentum({}), et::descend(0.5));
  };
  auto optimizer = et::partition<float>(is_matrix, gathering(2), gathering(3));
  auto first = et::chain<float>(gathering(2));
  auto second = et::chain<float>(gathering(3));
  for (std::int64_t step = 0; step < 12; ++step) {
    joint.backward(step), apart.backward(step);
    const bool made = optimizer.step(joint.all);
    const bool one = first.step(apart.weights), other = second.step(apart.biases);
    CHECK(made == (one || other));
    CHECK(joint.same_as(apart));
  }
  CHECK(optimizer.count() == 8);
  CHECK(optimizer.part<0>().count() == 6);
  CHECK(optimizer.part<1>().count() == 4);
}

TEST_CASE("a gathering step that fails in the other part gathers nothing") {
  Model m, clean;
  const auto make = [] {
    return et::partition<float>(is_matrix, et::sequence(et::accumulate(2), et::descend(0.5)),
                                et::sequence(et::clip_by_global_norm(1.0), et::descend(0.5)));
  };
  auto optimizer = make(), reference = make();
  m.backward(1), clean.backward(1);
  m.db1[0] = HUGE_VALF;
  CHECK_THROWS(optimizer.step(m.all));
  for (std::int64_t step = 2; step < 4; ++step) {
    m.backward(step), clean.backward(step);
    optimizer.step(m.all), reference.step(clean.all);
    CHECK(m.same_as(clean));
  }
}

TEST_CASE("copies go on alone, and only the first step allocates") {
  Model a, b;
  auto optimizer = et::partition<float>(is_matrix, adam(), heavy_ball());
  a.backward(1), b.backward(1);
  optimizer.step(a.all);
  auto twin = optimizer;
  CHECK(et::test::allocations_in([&] { optimizer.step(a.all); }) == 0);
  a.all.set_options("1.bias", {.frozen = true});
  a.all.set_options("1.bias", {});
  CHECK(et::test::allocations_in([&] { optimizer.step(a.all); }) == 0);
  Model c;
  c.backward(1);
  auto fresh = et::partition<float>(is_matrix, adam(), heavy_ball());
  fresh.step(b.all);
  twin.step(b.all), twin.step(b.all);
  CHECK(a.same_as(b));
  optimizer.part<1>().set_learning_rate(0.0);
  const Vector bias = a.b1;
  optimizer.step(a.all);
  CHECK(same_bits(bias, a.b1));
  CHECK(optimizer.part<1>().learning_rate() == 0.0);
}

namespace {

void check_same(const et::TensorStatistics& a, const et::TensorStatistics& b) {
  CAPTURE(a.name);
  CHECK(a.name == b.name);
  CHECK(a.size == b.size);
  CHECK(a.gradient_norm == b.gradient_norm);
  CHECK(a.gradient_max == b.gradient_max);
  CHECK(a.gradient_mean == b.gradient_mean);
  CHECK(a.zero_share == b.zero_share);
  CHECK(a.weight_norm == b.weight_norm);
  CHECK(a.update_norm == b.update_norm);
}

}  // namespace

TEST_CASE("a monitor sees a partition's step as one step over the list") {
  Model whole, parts, plain;
  et::Monitor<float> of_chain({.every = 2}), of_parts({.every = 2});
  for (Model* model : {&whole, &parts, &plain}) model->b1.setConstant(1e5f);
  // The first of three parts has the list's last tensor, one has none, and one is divided again.
  auto partition = et::partition<float>(
      [](std::string_view name) { return name == "2.bias" ? 0 : 2; }, heavy_ball(), adam(),
      et::partition<float>(is_matrix, heavy_ball(), heavy_ball()));
  auto unwatched = partition;
  auto chain = et::chain<float>(heavy_ball());
  for (std::int64_t step = 0; step < 7; ++step) {
    if (step == 4) {
      for (Model* model : {&whole, &parts, &plain}) {
        model->all.set_options("1.bias", {.frozen = true});
      }
    }
    whole.backward(step), parts.backward(step), plain.backward(step);
    CHECK(chain.step(whole.all, of_chain));
    CHECK(unwatched.step(plain.all));
    const std::int64_t allocations =
        et::test::allocations_in([&] { partition.step(parts.all, of_parts); });
    CHECK((allocations == 0 || step == 0 || step == 4));  // the list is divided again
    CHECK(partition.count() == step + 1);
    CHECK(whole.same_as(parts));
    CHECK(plain.same_as(parts));
    REQUIRE(of_parts.gathered() == of_chain.gathered());
    REQUIRE(of_parts.size() == 4);
    CHECK(of_parts.step() == of_chain.step());
    for (et::Index i = 0; i < 4; ++i) check_same(of_parts[i], of_chain[i]);
    check_same(of_parts.total(), of_chain.total());
    CHECK((of_parts[1].update_norm > 0.0) == (step < 4));
  }
}

TEST_CASE("a watched step that one part refuses changes nothing, and isn't gathered") {
  for (const bool first : {true, false}) {
    Model m, before;
    auto optimizer = et::partition<float>(
        [first](std::string_view name) { return is_weight(name) == first; }, adam(), heavy_ball());
    et::Monitor<float> monitor({.every = 1});
    m.backward(1), before.backward(1);
    const float value = m.dw2(1, 0);
    m.dw2(1, 0) = std::nanf("");
    if (first) {
      CHECK_THROWS(optimizer.step(m.all, monitor));
      CHECK(m.same_as(before));
      CHECK_FALSE(monitor.gathered());
      CHECK(optimizer.count() == 0);
      m.dw2(1, 0) = value;
    }
    CHECK(optimizer.step(m.all, monitor));
    CHECK(monitor.gathered());
    CHECK((monitor[2].non_finite_share > 0.0) == !first);
  }
}

TEST_CASE("a part that only gathers isn't seen in that step") {
  Model m;
  auto optimizer =
      et::partition<float>(is_matrix, et::sequence(et::accumulate(2), et::descend(0.5)),
                           et::sequence(et::accumulate(3), et::descend(0.5)));
  et::Monitor<float> monitor({.every = 1});
  for (std::int64_t call = 1; call < 8; ++call) {
    m.backward(call);
    const Matrix w = m.w1;
    const bool made = optimizer.step(m.all, monitor);
    CHECK(made == (call % 2 == 0 || call % 3 == 0));
    CHECK(monitor.gathered() == made);
    CHECK((w != m.w1) == (call % 2 == 0));
    if (!made) continue;
    CHECK(monitor.step() == optimizer.count() - 1);
    CHECK((monitor[0].update_norm > 0.0) == (call % 2 == 0));
    CHECK((monitor[3].update_norm > 0.0) == (call % 3 == 0));
    CHECK(monitor.total().size == (call == 6 ? 58 : call % 2 == 0 ? 50 : 8));
  }
}

TEST_CASE("a step of parts within parts happens wholly or not at all") {
  for (const bool inner_fails : {true, false}) {
    Model m, clean;
    double rate = 0.5;
    const et::Schedule schedule([&rate](std::int64_t) { return rate; });
    const auto inner = [&] {
      return et::partition<float>([](std::string_view name) { return name.starts_with("1"); },
                                  heavy_ball(), inner_fails ? heavy_ball(schedule) : heavy_ball());
    };
    const auto outer = inner_fails ? heavy_ball() : heavy_ball(schedule);
    auto optimizer = et::partition<float>(is_matrix, inner(), outer);
    auto reference = optimizer;
    for (std::int64_t step = 0; step < 3; ++step) {
      m.backward(step), clean.backward(step);
      rate = -1.0;
      CHECK_THROWS(optimizer.step(m.all));
      CHECK(m.same_as(clean));
      rate = 0.5;
      optimizer.step(m.all), reference.step(clean.all);
      CHECK(m.same_as(clean));
      CHECK(optimizer.part<0>().count() == step + 1);
      CHECK(optimizer.part<0>().part<1>().count() == step + 1);
    }
  }
}

TEST_CASE("a partition's state comes back, unless it can't be") {
  Model m;
  auto optimizer = et::partition<float>(is_matrix, adam(), heavy_ball()), fresh = optimizer;
  m.backward(0);
  optimizer.step(m.all);
  CHECK(et::test::come_back(optimizer, fresh, m.all) > 5);
  CHECK(fresh.count() == 1);
  CHECK(et::test::fault_with(fresh, "steps", -1, m.all) ==
        "Partition: steps must be at least 0, got -1");
}
