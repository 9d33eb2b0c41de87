// SPDX-License-Identifier: MIT
// A file may say anything: what is saved comes back, and what can't be is refused. That steps go on
// exactly with it is checked in io/resume.cpp, for all of them.
#include <Eigen/Core>

#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/add_noise.hpp"
#include "eigentrain/gradient/clip_adaptive.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/clip_tensor.hpp"
#include "eigentrain/gradient/history.hpp"
#include "eigentrain/gradient/monitor.hpp"
#include "eigentrain/gradient/noise_scale.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using et::test::come_back;
using et::test::fault_with;

namespace {

struct List {
  Eigen::VectorXd a{2}, da{2}, b{3}, db{3};
  et::Parameters<double> parameters;
  List() { parameters.add("a", a, da).add("b", b, db); }
};

// Every such counter is from 0 to 2⁶².
template <class Object, class... Lists>
void check_counter(const Object& object, const std::string& owner, const std::string& name,
                   const Lists&... list) {
  CHECK(fault_with(object, name, -1, list...) ==
        owner + ": " + name + " must be at least 0, got -1");
  CHECK(fault_with(object, name, 0x1p62, list...) == "none");
  CHECK(fault_with(object, name, 0x1.8p62, list...) ==
        owner + ": " + name + " must be at most 4611686018427387904, got 6917529027641081856");
}

template <class Measurement>
void check_clipping(Measurement measured, int values) {
  const List list;
  Measurement fresh;
  measured.skipped = 3, measured.skipped_in_row = 2, measured.clipped = 5;
  CHECK(come_back(measured, fresh, list.parameters) == values);
  CHECK(fresh.skipped == 3);
  CHECK(fresh.skipped_in_row == 2);
  CHECK(fresh.clipped == 5);
  check_counter(measured, "NonFiniteOptions", "skipped", list.parameters);
  check_counter(measured, "NonFiniteOptions", "skipped_in_row", list.parameters);
  check_counter(measured, "clipping", "clipped", list.parameters);
}

}  // namespace

TEST_CASE("what clipping counted comes back, and counters that can't be are refused") {
  et::ClipByGlobalNorm::Measurement global;
  global.norm = 7.0, global.factor = 0.5;
  check_clipping(global, 5);
  check_clipping(et::ClipByTensor::Measurement(), 3);
  check_clipping(et::ClipAdaptive::Measurement(), 3);
}

TEST_CASE("a round of micro-batches comes back to one of as many") {
  const List list;
  et::Accumulate::Measurement half, fresh;
  half.gathered = 2;
  CHECK(come_back(half, fresh, list.parameters) == 1);
  CHECK(fresh.gathered == 2);
  check_counter(half, "accumulate", "gathered", list.parameters);
  CHECK(fault_with(et::accumulate(3), "batches", 3) == "none");
  CHECK(fault_with(et::accumulate(3), "batches", 2) ==
        "accumulate: it was over 2 batches, and is over 3 now");
}

TEST_CASE("noise comes back with its generator and how often it was drawn") {
  const List list;
  et::AddNoise noise(et::Generator(7, 8), {}), other(et::Generator(1), {});
  CHECK(come_back(noise, other) == 2);
  et::AddNoise::Measurement drawn, fresh;
  drawn.drawn = 9;
  CHECK(come_back(drawn, fresh, list.parameters) == 1);
  CHECK(fresh.drawn == 9);
}

TEST_CASE("an estimate of the noise scale comes back, and none that can't be") {
  et::GradientNoiseScale noise({.small_batch = 2, .big_batch = 8, .decay = 0.5});
  et::GradientNoiseScale fresh({.small_batch = 1, .big_batch = 2, .decay = 0.5});
  noise.add(3.0, 2.0);
  CHECK(come_back(noise, fresh) == 6);
  CHECK(fresh.scale() == noise.scale());
  check_counter(noise, "GradientNoiseScale", "count");
  CHECK(fault_with(noise, "small_batch", 0) ==
        "GradientNoiseScale: small_batch must be at least 1, got 0");
  CHECK(fault_with(noise, "big_batch", 2) != "none");
}

TEST_CASE("a history comes back if it can be one of its window") {
  et::History part(3), full(3), two(2), fresh(3);
  part.push(1.0), part.push(2.0);
  for (const double value : {1.0, 2.0, 4.0, 8.0}) full.push(value);
  CHECK(come_back(part, fresh) == 2);
  CHECK(fresh.size() == 2);
  CHECK(fresh.median() == 1.5);
  CHECK(come_back(full, fresh) == 2);
  CHECK(fresh.size() == 3);
  CHECK(fresh.last() == 8.0);
  CHECK(fault_with(part, "count", 3) == "History: there can't be 2 of 3 values in a window of 3");
  CHECK(fault_with(full, "count", 2) != "none");
  CHECK(fault_with(full, "count", 3) == "none");
  CHECK(fault_with(full, "count", 0x1p61) == "none");
  CHECK(fault_with(full, "count", 0x1p62) != "none");
  et::test::MemoryVisitor visit = et::test::state_of(full);
  visit.restores = true;
  CHECK_THROWS_WITH(two.visit_state(visit),
                    "History: there can't be 3 of 4 values in a window of 2");
}

TEST_CASE("a monitor comes back for the list that it watched") {
  List list;
  for (auto* v : {&list.a, &list.da, &list.b, &list.db}) v->setOnes();
  et::Monitor<double> monitor, fresh;
  CHECK(come_back(monitor, fresh, list.parameters) == 2);  // none yet
  auto& elements = list.parameters.elements();
  monitor.begin(list.parameters, 0);
  monitor.watch(elements, et::Step{.count = 1}, [](const auto&, const auto&) {});
  CHECK(come_back(monitor, fresh, list.parameters) == 10);
  CHECK(fresh.step() == 0);
  CHECK(fresh.gathered());
  CHECK(fresh.size() == 2);
  CHECK(fresh[1].name == "b");
  CHECK(fresh[1].size == 3);
  CHECK(fresh[1].gradient_norm == monitor[1].gradient_norm);
  CHECK(fresh.total().size == 5);
  CHECK(fault_with(monitor, "step", -2, list.parameters) ==
        "Monitor: step must be at least -1, got -2");
  CHECK(fault_with(monitor, "step", -1, list.parameters) == "none");
  et::Parameters<double> one;
  one.add("a", list.a, list.da);
  CHECK_THROWS_WITH(et::test::state_of(monitor, one), "Monitor: it has watched 2 tensors, not 1");
}
