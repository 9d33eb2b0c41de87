// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/monitor.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::TensorStatistics;
using et::test::bits;
using et::test::noise;
using et::test::same_bits;

namespace {

template <class S>
constexpr double tolerance = sizeof(S) == 4 ? 1e-5 : 1e-12;
constexpr float infinity = std::numeric_limits<float>::infinity();

template <class S>
std::vector<double> values_of(const et::Memory<S>& memory) {
  std::vector<double> values;
  for (et::Index f = 0; f < memory.size(); ++f) {
    values.push_back(
        static_cast<double>(memory.data[f / memory.inner * memory.stride + f % memory.inner]));
  }
  return values;
}

// One tensor as a plain loop in double sees it.
struct Plain {
  std::vector<double> gradient, before, after;

  TensorStatistics statistics() const {
    double gg = 0, sum = 0, largest = 0, zeros = 0, bad = 0, ww = 0, dd = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double g = gradient[i], w = after[i], d = after[i] - before[i];
      gg += g * g;
      sum += std::fabs(g);
      if (!std::isnan(largest) && !(std::fabs(g) <= largest)) largest = std::fabs(g);
      zeros += g == 0.0;
      bad += !std::isfinite(g);
      ww += w * w;
      dd += d * d;
    }
    const double n = gradient.empty() ? 1.0 : static_cast<double>(gradient.size());
    TensorStatistics result;
    result.size = static_cast<et::Index>(gradient.size());
    result.gradient_norm = std::sqrt(gg);
    result.gradient_max = largest;
    result.gradient_mean = sum / n;
    result.zero_share = zeros / n;
    result.non_finite_share = bad / n;
    result.weight_norm = std::sqrt(ww);
    result.update_norm = std::sqrt(dd);
    return result;
  }
  void append(const Plain& other) {
    gradient.insert(gradient.end(), other.gradient.begin(), other.gradient.end());
    before.insert(before.end(), other.before.begin(), other.before.end());
    after.insert(after.end(), other.after.begin(), other.after.end());
  }
};

template <class S>
void check_close(const TensorStatistics& seen, const TensorStatistics& plain) {
  INFO(seen.name << ", " << seen.size << " values");
  const auto close = [](double a, double b) {
    return std::isfinite(b) ? std::fabs(a - b) <= tolerance<S> * std::fabs(b) : !std::isfinite(a);
  };
  CHECK(seen.size == plain.size);
  CHECK(close(seen.gradient_norm, plain.gradient_norm));
  CHECK((seen.gradient_max == plain.gradient_max || !std::isfinite(plain.gradient_max)));
  CHECK(close(seen.gradient_max, plain.gradient_max));
  CHECK(close(seen.gradient_mean, plain.gradient_mean));
  CHECK(seen.zero_share == plain.zero_share);
  CHECK(seen.non_finite_share == plain.non_finite_share);
  CHECK(close(seen.weight_norm, plain.weight_norm));
  CHECK(close(seen.update_norm, plain.update_norm));
}

// Makes a step and checks all that the monitor saw of it.
template <class S, class Chain>
void check_step(Chain& chain, et::Parameters<S>& list, et::Monitor<S>& monitor) {
  std::vector<Plain> plain(static_cast<std::size_t>(list.size()));
  for (et::Index i = 0; i < list.size(); ++i) {
    plain[std::size_t(i)].gradient = values_of(list[i].gradient);
    plain[std::size_t(i)].before = values_of(list[i].parameter);
  }
  REQUIRE(chain.step(list, monitor));
  REQUIRE(monitor.gathered());
  REQUIRE(monitor.size() == list.size());
  Plain all;
  for (et::Index i = 0; i < list.size(); ++i) {
    CHECK(monitor[i].name == list.name(i));
    Plain& tensor = plain[std::size_t(i)];
    tensor.after = values_of(list[i].parameter);
    TensorStatistics wanted;
    wanted.size = list.count(i);
    if (!list.options(i).frozen) {
      wanted = tensor.statistics();
      all.append(tensor);
    }
    check_close<S>(monitor[i], wanted);
  }
  CHECK(monitor.total().name == "all");
  check_close<S>(monitor.total(), all.statistics());
}

template <class S>
void fill(S* data, et::Index n, int seed) {
  for (et::Index i = 0; i < n; ++i) data[i] = noise<S>(seed, i) / S(3);
}

template <class S>
auto adam() {
  return et::chain<S>(et::adam_direction({}), et::descend(0.01));
}

bool same(const TensorStatistics& a, const TensorStatistics& b) {
  return bits(a.gradient_norm) == bits(b.gradient_norm) &&
         bits(a.gradient_max) == bits(b.gradient_max) &&
         bits(a.gradient_mean) == bits(b.gradient_mean) &&
         bits(a.zero_share) == bits(b.zero_share) &&
         bits(a.non_finite_share) == bits(b.non_finite_share) &&
         bits(a.weight_norm) == bits(b.weight_norm) && bits(a.update_norm) == bits(b.update_norm);
}

// A matrix with gaps, a vector, one without values and one that is frozen.
struct Model {
  Eigen::MatrixXf W = Eigen::MatrixXf::Zero(70, 50), dW = W;
  Eigen::VectorXf b = Eigen::VectorXf::Zero(5000), db = b, none, dnone, frozen = b, dfrozen = b;
  et::Parameters<float> list;
  Model() {
    fill(W.data(), W.size(), 1), fill(dW.data(), W.size(), 2);
    fill(b.data(), b.size(), 3), fill(db.data(), b.size(), 4);
    fill(frozen.data(), b.size(), 5), fill(dfrozen.data(), b.size(), 6);
    list.add("W", W.topRows(60), dW.topRows(60)).add("none", none, dnone);
    list.add("frozen", frozen, dfrozen, {.frozen = true}).add("b", b, db);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("statistics are those of a plain loop in double, for every size", "", float,
                   double) {
  using S = TestType;
  constexpr et::Index two_registers = 2 * 64 / static_cast<et::Index>(sizeof(S));
  std::vector<et::Index> sizes;
  for (et::Index n = 0; n <= 2 * two_registers + 1; ++n) sizes.push_back(n);
  for (const et::Index n : {2048, 4096, 65'536}) {
    sizes.insert(sizes.end(), {n - 1, n, n + 1});
  }
  sizes.push_back(200'000);
  for (const et::Index n : sizes) {
    Eigen::VectorX<S> p(n), g(n);
    fill(p.data(), n, 1), fill(g.data(), n, 2);
    for (et::Index i = 3; i < n; i += 7) g[i] = i % 2 == 0 ? S(0) : -S(0);
    et::Parameters<S> list;
    list.add("p", p, g);
    et::Monitor<S> monitor({.every = 1});
    auto chain = adam<S>();
    check_step(chain, list, monitor);
    check_step(chain, list, monitor);
  }
}

TEMPLATE_TEST_CASE("statistics are right for every kind of tensor", "", float, double) {
  using S = TestType;
  using Matrix = Eigen::MatrixX<S>;
  using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Matrix W(80, 90), dW(80, 90), gaps(300, 301), dgaps(301, 301), whole(40, 70), dwhole(50, 70);
  RowMajor V(30, 300), dV(30, 320);
  Eigen::Matrix<S, 3, 4> fixed, dfixed;
  Eigen::VectorX<S> frozen(99), dfrozen(99), none(0), dnone(0);
  std::vector<S> memory(5000), dmemory(5000);
  Eigen::Tensor<S, 3> cube(5, 6, 7), dcube(5, 6, 7);
  Eigen::Tensor<S, 4, Eigen::RowMajor> kernel(3, 4, 5, 6), dkernel(3, 4, 5, 6);
  int seed = 0;
  const auto filled = [&](auto&... tensors) {
    (fill(tensors.data(), static_cast<et::Index>(tensors.size()), ++seed), ...);
  };
  filled(W, dW, gaps, dgaps, whole, dwhole, V, dV, fixed, dfixed, frozen, dfrozen, memory, dmemory);
  filled(cube, dcube, kernel, dkernel);
  const Matrix W_before = W, dW_before = dW;

  using Map = Eigen::Map<Eigen::VectorX<S>>;
  et::Parameters<S> list;
  list.add("block", W.block(3, 4, 50, 60), dW.block(1, 2, 50, 60));
  list.add("none", none, dnone);
  list.add("large block", gaps.topRows(299), dgaps.bottomRows(299));
  list.add("gaps in the gradient", whole, dwhole.topRows(40));
  list.add("frozen", frozen, dfrozen, {.frozen = true});
  list.add("row-major", V, dV.rightCols(300));
  list.add("fixed", fixed, dfixed);
  list.add("misaligned", Map(memory.data() + 1, 4097), Map(dmemory.data() + 3, 4097));
  list.add("cube", cube, dcube).add("kernel", kernel, dkernel);
  et::test::at_every_level([&] {
    et::Monitor<S> monitor({.every = 1});
    auto chain = adam<S>();
    for (int step = 0; step < 3; ++step) check_step(chain, list, monitor);
  });
  // What lies in the gaps stays.
  CHECK(same_bits(dW, dW_before));
  CHECK(same_bits(Matrix(W.leftCols(4)), Matrix(W_before.leftCols(4))));
}

TEST_CASE("values whose squares leave the range of float give no zeros and no infinities") {
  for (const float size : {1e30f, 1e-15f, 1e-20f, 1e-30f, 1e-42f}) {
    for (const et::Index n : {1, 33, 2048, 5000}) {
      Eigen::VectorXf p = Eigen::VectorXf::Zero(n), g(n);
      fill(g.data(), n, 1);
      g *= size;
      g[n / 2] = size;
      et::Parameters<float> list;
      list.add("p", p, g);
      et::Monitor<float> monitor({.every = 1});
      auto chain = et::chain<float>();  // p ← p − g
      check_step(chain, list, monitor);
      CHECK(monitor[0].gradient_norm >= double(size) * (1.0 - 1e-6));
      CHECK(std::isfinite(monitor[0].gradient_norm));
      CHECK(monitor[0].update_norm == Approx(monitor[0].gradient_norm).epsilon(1e-5));
      CHECK(monitor[0].weight_norm == monitor[0].update_norm);
      check_step(chain, list, monitor);
    }
  }
  // Of very different sizes, in one tensor and in several.
  Eigen::VectorXf p = Eigen::VectorXf::Zero(3000), g = Eigen::VectorXf::Zero(3000), q = p, dq = g;
  g[10] = 1e30f, g[2500] = 1e-30f, dq[7] = 1e-30f;
  et::Parameters<float> list;
  list.add("p", p, g).add("q", q, dq);
  et::Monitor<float> monitor({.every = 1});
  auto chain = et::chain<float>();
  check_step(chain, list, monitor);
  CHECK(monitor[0].zero_share == 2998.0 / 3000.0);
}

TEST_CASE("gradients that are not finite show, and hide nothing else") {
  for (const float bad : {infinity, -infinity, std::nanf("")}) {
    for (const et::Index n : {1, 5, 100, 2048, 5001}) {
      for (const et::Index place : {et::Index(0), n / 2, n - 1}) {
        Eigen::VectorXf p(n), g(n), q = Eigen::VectorXf::Ones(9), dq = q;
        fill(p.data(), n, 1), fill(g.data(), n, 2);
        g[place] = bad;
        et::Parameters<float> list;
        list.add("p", p, g).add("q", q, dq);
        et::Monitor<float> monitor({.every = 1});
        auto chain = et::chain<float>(et::descend(0.1));
        check_step(chain, list, monitor);
        CHECK(monitor[0].non_finite_share == 1.0 / double(n));
        CHECK_FALSE(std::isfinite(monitor[0].gradient_norm));
        CHECK_FALSE(std::isfinite(monitor[0].update_norm));
        CHECK(monitor[1].gradient_norm == 3.0);
        CHECK(monitor[1].non_finite_share == 0.0);
        CHECK(monitor.total().non_finite_share == 1.0 / double(n + 9));
      }
    }
  }
}

TEST_CASE("both zeros are zeros") {
  Eigen::VectorXd p = Eigen::VectorXd::Ones(4), g{{0.0, -0.0, 1.0, -2.0}};
  et::Parameters<double> list;
  list.add("p", p, g);
  et::Monitor<double> monitor;
  auto chain = et::chain<double>();
  chain.step(list, monitor);
  CHECK(monitor[0].zero_share == 0.5);
  CHECK(monitor[0].gradient_max == 2.0);
  CHECK(monitor[0].gradient_mean == 0.75);
  CHECK(monitor[0].gradient_norm == std::sqrt(5.0));
  CHECK(monitor[0].update_norm == std::sqrt(5.0));
  CHECK(monitor[0].weight_norm == std::sqrt(1.0 + 1.0 + 0.0 + 9.0));
  CHECK(monitor[0].update_ratio() == std::sqrt(5.0) / std::sqrt(11.0));
}

TEMPLATE_TEST_CASE("a tensor's statistics have the same bits wherever it lies and stands", "",
                   float, double) {
  using S = TestType;
  constexpr et::Index rows = 301, cols = 233, n = rows * cols;  // more than one chunk
  std::vector<S> p(n), g(n);
  fill(p.data(), n, 1), fill(g.data(), n, 2);
  const Eigen::Map<Eigen::MatrixX<S>> P(p.data(), rows, cols), G(g.data(), rows, cols);
  std::vector<TensorStatistics> seen;
  et::test::at_every_level([&] {
    for (int kind = 0; kind < 6; ++kind) {
      Eigen::VectorX<S> other = Eigen::VectorX<S>::Ones(77), dother = other, last = other;
      Eigen::MatrixX<S> W = P, dW = G, gaps = Eigen::MatrixX<S>::Ones(rows + 3, cols), dgaps = gaps;
      gaps.middleRows(2, rows) = P;
      dgaps.topRows(rows) = G;
      std::vector<S> shifted(n + 5), dshifted(n + 5);
      Eigen::Map<Eigen::MatrixX<S>> M(shifted.data() + kind, rows, cols),
          dM(dshifted.data() + 5 - kind, rows, cols);
      M = P, dM = G;
      et::Parameters<S> list;
      if (kind > 0) list.add("other", other, dother, {.frozen = kind == 3});
      if (kind < 2) list.add("wanted", W, dW);
      if (kind == 2) list.add("wanted", gaps.middleRows(2, rows), dgaps.topRows(rows));
      if (kind == 3) list.add("wanted", W, dgaps.topRows(rows));
      if (kind > 3) list.add("wanted", M, dM);
      list.add("last", last, dother);
      et::Monitor<S> monitor;
      auto chain = adam<S>();
      chain.step(list, monitor);
      seen.push_back(monitor[kind > 0 ? 1 : 0]);
    }
  });
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!same(seen[i], seen[0])) FAIL_CHECK("other bits in case " << i);
  }
}

TEST_CASE("every step that is due is gathered, from the first on") {
  for (const std::int64_t every : {1, 2, 3, 7}) {
    Model model;
    et::Monitor<float> monitor({.every = every});
    CHECK(monitor.options().every == every);
    CHECK_FALSE(monitor.gathered());
    CHECK(monitor.step() == -1);
    CHECK(monitor.size() == 0);
    CHECK(monitor.total().name == "all");
    auto chain = adam<float>();
    for (std::int64_t step = 0; step < 15; ++step) {
      chain.step(model.list, monitor);
      CHECK(monitor.gathered() == (step % every == 0));
      CHECK(monitor.step() == step / every * every);
      CHECK(monitor.size() == 4);
    }
  }
  CHECK(et::Monitor<float>().options().every == 32);
}

TEST_CASE("steps that are not gathered leave the statistics of the last one that was") {
  Model model;
  et::Monitor<float> monitor({.every = 2});
  auto chain = adam<float>();
  chain.step(model.list, monitor);
  const TensorStatistics W = monitor[0], all = monitor.total();
  model.dW *= 5.0f;
  chain.step(model.list, monitor);
  CHECK(same(monitor[0], W));
  CHECK(same(monitor.total(), all));
  chain.step(model.list, monitor);
  CHECK_FALSE(same(monitor[0], W));
  CHECK(monitor[0].gradient_norm == Approx(5.0 * W.gradient_norm));
}

TEST_CASE("frozen tensors and those without elements have zeros") {
  Model model;
  et::Monitor<float> monitor({.every = 1});
  auto chain = adam<float>();
  check_step(chain, model.list, monitor);
  CHECK(same(monitor[1], TensorStatistics{}));
  CHECK(monitor[1].size == 0);
  CHECK(same(monitor[2], TensorStatistics{}));
  CHECK(monitor[2].name == "frozen");
  CHECK(monitor[2].size == 5000);
  CHECK(monitor.total().size == 8000);
  CHECK(monitor[0].gradient_norm > 0.0);
  // Thawed it has statistics, and frozen again it has none.
  model.list.set_options("frozen", {});
  check_step(chain, model.list, monitor);
  CHECK(monitor[2].gradient_norm > 0.0);
  CHECK(monitor.total().size == 13'000);
  model.list.set_options("frozen", {.frozen = true});
  model.list.set_options("b", {.frozen = true});
  check_step(chain, model.list, monitor);
  CHECK(same(monitor[2], TensorStatistics{}));
  CHECK(same(monitor[3], TensorStatistics{}));
  model.list.set_options("W", {.frozen = true});
  check_step(chain, model.list, monitor);
  CHECK(same(monitor.total(), TensorStatistics{}));
  CHECK(monitor.total().size == 0);
}

TEST_CASE("a step has the same bits with a monitor and without") {
  for (const std::int64_t every : {1, 3}) {
    et::test::at_every_level([&] {
      Model with, without;
      Eigen::VectorXf large(70'001), dlarge(70'001);
      fill(large.data(), 70'001, 8), fill(dlarge.data(), 70'001, 9);
      Eigen::VectorXf twin = large;
      with.list.add("large", large, dlarge, {.learning_rate_scale = 0.3});
      without.list.add("large", twin, dlarge, {.learning_rate_scale = 0.3});
      et::Monitor<float> monitor({.every = every});
      auto first =
          et::chain<float>(et::clip_by_global_norm(1.0), et::adam_direction({}), et::descend(0.01));
      auto second = first;
      for (int step = 0; step < 5; ++step) {
        with.db *= 1.7f, without.db *= 1.7f;
        first.step(with.list, monitor);
        second.step(without.list);
      }
      CHECK(same_bits(with.W, without.W));
      CHECK(same_bits(with.b, without.b));
      CHECK(same_bits(large, twin));
      CHECK(same_bits(with.frozen, without.frozen));
    });
  }
}

TEST_CASE("gradients are seen before clipping, changes as they were made") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(2), g{{30.0, 40.0}};
  et::Parameters<double> list;
  list.add("p", p, g);
  et::Monitor<double> monitor;
  auto chain = et::chain<double>(et::clip_by_global_norm(1.0), et::descend(0.5));
  chain.step(list, monitor);
  CHECK(monitor[0].gradient_norm == 50.0);
  CHECK(monitor[0].update_norm == Approx(0.5));
  CHECK(monitor[0].update_ratio() == Approx(1.0));
}

TEST_CASE("only the first step allocates, gathered or not") {
  Model model;
  et::Monitor<float> monitor({.every = 2});
  auto chain = adam<float>();
  chain.step(model.list, monitor);
  for (int i = 0; i < 6; ++i) {
    CHECK(et::test::allocations_in([&] { chain.step(model.list, monitor); }) == 0);
  }
  CHECK(monitor.step() == 6);
}

TEST_CASE("a step that was skipped or refused is not gathered, and shows what was before") {
  for (const bool skips : {true, false}) {
    Model model;
    et::Monitor<float> monitor({.every = 1});
    et::ClipNormOptions options;
    if (skips) options.non_finite.policy = et::NonFinite::skip;
    auto chain = et::chain<float>(et::clip_by_global_norm(1.0, options), et::adam_direction({}),
                                  et::descend(0.01));
    const auto fails = [&] {
      if (skips) {
        CHECK_FALSE(chain.step(model.list, monitor));
      } else {
        CHECK_THROWS_AS(chain.step(model.list, monitor), std::invalid_argument);
      }
      CHECK_FALSE(monitor.gathered());
    };
    const float value = model.db[0];
    model.db[0] = infinity;
    fails();
    CHECK(monitor.step() == -1);
    CHECK(monitor.size() == 0);
    model.db[0] = value;
    chain.step(model.list, monitor);
    CHECK(monitor.gathered());
    CHECK(monitor.step() == 0);
    const TensorStatistics W = monitor[0], b = monitor[3], all = monitor.total();
    CHECK(W.gradient_norm > 0.0);
    model.db[0] = std::nanf("");
    fails();
    CHECK(monitor.step() == 0);
    REQUIRE(monitor.size() == 4);
    CHECK(monitor[0].name == "W");
    CHECK(same(monitor[0], W));
    CHECK(same(monitor[3], b));
    CHECK(same(monitor.total(), all));
    model.db[0] = value;
    CHECK(chain.step(model.list, monitor));
    CHECK(monitor.gathered());
    CHECK(monitor.step() == 1);
  }
}

TEST_CASE("with accumulate the steps that are made are gathered") {
  Model model;
  et::Monitor<float> monitor({.every = 2});
  auto chain = et::chain<float>(et::accumulate(3), et::adam_direction({}), et::descend(0.01));
  TensorStatistics last;
  for (int call = 0; call < 15; ++call) {
    model.dW *= 1.5f;
    const bool made = chain.step(model.list, monitor);
    CHECK(made == (call % 3 == 2));
    CHECK(monitor.gathered() == (call == 2 || call == 8 || call == 14));
    CHECK(monitor.step() == (call < 2 ? -1 : (call - 2) / 6 * 2));
    if (monitor.gathered()) last = monitor[0];
    if (call >= 2) CHECK(same(monitor[0], last));  // also while micro-batches are gathered
  }
}

TEST_CASE("a monitor follows from list to list") {
  Model model;
  et::Monitor<float> monitor({.every = 1});
  auto chain = adam<float>();
  check_step(chain, model.list, monitor);
  Eigen::VectorXf c(100'000), dc(100'000), d = Eigen::VectorXf::Ones(3), dd = d;
  fill(c.data(), 100'000, 1), fill(dc.data(), 100'000, 2);
  model.list.add("c", c, dc).add("d", d, dd);
  auto larger = adam<float>();
  check_step(larger, model.list, monitor);
  CHECK(monitor.size() == 6);
  CHECK(monitor[5].gradient_norm == Approx(std::sqrt(3.0)));
  et::Parameters<float> small;
  small.add("another name", d, dd);
  auto smaller = adam<float>();
  check_step(smaller, small, monitor);
  CHECK(monitor.size() == 1);
  CHECK(monitor[0].name == "another name");
  CHECK(monitor.step() == 0);
  // The same sizes by other names: a rebuilt list.
  et::Parameters<float> renamed;
  renamed.add("new", d, dd);
  check_step(smaller, renamed, monitor);
  CHECK(monitor[0].name == "new");
  CHECK(monitor.step() == 1);
  const et::Monitor<float> copy = monitor;
  check_step(larger, model.list, monitor);
  CHECK(copy.size() == 1);
  CHECK(copy[0].name == "new");
}

TEST_CASE("the ratio is that of the change to the weights") {
  Eigen::VectorXd p = Eigen::VectorXd::Constant(4, 3.0), g = Eigen::VectorXd::Ones(4);
  Eigen::VectorXd still = p, dstill = Eigen::VectorXd::Zero(4);
  Eigen::VectorXd gone = g, zero = dstill, dzero = dstill;
  et::Parameters<double> list;
  list.add("p", p, g).add("still", still, dstill).add("gone", gone, g).add("zero", zero, dzero);
  et::Monitor<double> monitor;
  auto chain = et::chain<double>();
  chain.step(list, monitor);
  CHECK(monitor[0].update_ratio() == 0.5);  // 2 / 4
  CHECK(monitor[1].update_ratio() == 0.0);
  CHECK(std::isinf(monitor[2].update_ratio()));  // moved onto zero
  CHECK(monitor[3].update_ratio() == 0.0);       // 0 / 0
}

TEST_CASE("a monitor watches at least every so many steps") {
  CHECK_THROWS_WITH(et::Monitor<float>({.every = 0}), "Monitor: every must be at least 1, got 0");
  CHECK_THROWS_WITH(et::Monitor<double>({.every = -3}),
                    "Monitor: every must be at least 1, got -3");
}
