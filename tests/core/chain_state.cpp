// SPDX-License-Identifier: MIT
#include "eigentrain/core/chain_state.hpp"

#include <Eigen/Core>

#include "eigentrain/core/chain.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;

namespace {

// Two slots, of which one carries nothing on, and something measured.
struct Heavy {
  static constexpr int slots = 2;
  static constexpr std::string_view state_name = "heavy";
  static constexpr std::string_view slot_names[] = {"ball", ""};
  struct Measurement {
    double sum = 0.0;
    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List& list) {
      visit("sum", sum);
      CHECK(list.size() == 2);
    }
  };
  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    measured.sum += stream.sum([](const auto& u, const auto&) { return u; });
  }
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&, auto& ball, auto& scratch) {
      ball = S(0.5) * ball + u;
      scratch = u;
      return ball;
    };
  }
};

// Without names of its own.
struct Plain {
  static constexpr int slots = 1;
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& last) {
      last = u;
      return u;
    };
  }
};

struct Secretive {
  struct Measurement {
    double secret = 0.0;
  };
  template <class Stream>
  void measure(const Stream&, Measurement&) const {}
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};

struct Model {
  Eigen::MatrixXd w{2, 2}, dw{2, 2};
  Eigen::VectorXd b{3}, db{3};
  et::Parameters<double> list;
  Model() {
    w << 1, 2, 3, 4;
    dw << 5, 6, 7, 8;
    b.setOnes(), db.setOnes();
    list.add("w", w, dw).add("b", b, db);
  }
};

auto make(et::Schedule rate) {
  return et::chain<double>(Plain(), Heavy(), Plain(), et::descend(rate));
}

}  // namespace

TEST_CASE("a chain shows what its next step depends on, by name") {
  Model model;
  auto optimizer = make(0.25);
  optimizer.step(model.list);
  et::test::MemoryVisitor visit;
  optimizer.visit_state(visit, model.list);
  const auto& kept = visit.kept;
  CHECK(kept.at("steps").numbers[0] == 1.0);
  CHECK(kept.at("begun").numbers[0] == 1.0);
  CHECK(kept.at("transform.w.0").numbers == std::vector<double>{5, 6, 7, 8});
  CHECK(kept.at("transform2.w.0").numbers == std::vector<double>{5, 6, 7, 8});
  CHECK(kept.at("transform.b.0").values.rank == 1);
  CHECK(kept.at("heavy.w.ball").numbers == std::vector<double>{5, 6, 7, 8});
  CHECK(kept.at("heavy.sum").numbers[0] == 29.0);
  CHECK(kept.at("descend.learning_rate").numbers[0] == 0.25);
  CHECK(kept.size() == 10);  // no scratch

  SECTION("and takes it over, into a chain that has made no step") {
    Model other;
    other.w = model.w, other.b = model.b;
    auto fresh = make(1.0);
    visit.restores = true;
    fresh.visit_state(visit, other.list);
    CHECK(fresh.count() == 1);
    CHECK(fresh.learning_rate() == 0.25);
    CHECK(fresh.measured<Heavy>().sum == 29.0);
    fresh.step(other.list);
    optimizer.step(model.list);
    CHECK(other.w == model.w);
    CHECK(other.b == model.b);
  }
  SECTION("but not where a schedule gave the rate, and a number does now") {
    auto scheduled = make([](std::int64_t) { return 0.5; });
    scheduled.step(model.list);
    scheduled.visit_state(visit, model.list);
    visit.restores = true;
    CHECK_THROWS_WITH(optimizer.visit_state(visit, model.list),
                      "learning_rate: it was saved while a schedule gave it, and is a number now");
    CHECK_NOTHROW(scheduled.visit_state(visit, model.list));
    CHECK(scheduled.learning_rate() == 0.5);
  }
  SECTION("and a rate that was set by hand beats the schedule") {
    auto scheduled = make([](std::int64_t) { return 0.5; });
    visit.restores = true;
    scheduled.visit_state(visit, model.list);
    CHECK(scheduled.learning_rate() == 0.25);
  }
  SECTION("but not of another list") {
    et::Parameters<double> half = model.list;
    half.keep_only([](et::Index i) { return i == 0; });
    CHECK_THROWS_WITH(optimizer.visit_state(visit, half),
                      "step: the list had 2 tensors in the first step and has 1 now");
  }
}

TEST_CASE("a chain whose transform hides what it measured can't be saved") {
  Model model;
  auto optimizer = et::chain<double>(Secretive());
  et::test::MemoryVisitor visit;
  CHECK_THROWS_WITH(
      optimizer.visit_state(visit, model.list),
      "a transform's Measurement has no visit_state(), so its optimizer can't be saved");
}
