// SPDX-License-Identifier: MIT
// With OpenMP on: the same bits for any number of threads, and nothing allocated by them.
#include <omp.h>
#include <Eigen/Core>
#include <functional>
#include <limits>
#include <thread>
#include <vector>

#include "eigentrain/core/partition.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/monitor.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/optimizers.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::bits;
using et::test::noise;
using et::test::optimizers;
using et::test::same_bits;

static_assert(_OPENMP >= 201511, "this test wants OpenMP");

namespace {

/// Sets Eigen's number of threads, and sets it back.
class Threads {
 public:
  explicit Threads(int count) : before_(Eigen::nbThreads()) { Eigen::setNbThreads(count); }
  ~Threads() { Eigen::setNbThreads(before_); }
  Threads(const Threads&) = delete;

 private:
  int before_;
};

/// Tensors of all sizes, 150,000 values together: ten grains of an update, three chunks of a sum.
template <class S>
struct Model {
  std::vector<Eigen::Matrix<S, Eigen::Dynamic, 1>> p, g;
  et::Parameters<S> parameters;

  explicit Model(S scale = S(1)) {
    Index number = 0;
    for (const Index size : {1, 70'001, 0, 33, 16'384, 5, 50'000, 13'579}) {
      Eigen::Matrix<S, Eigen::Dynamic, 1> start(size), gradient(size);
      for (Index i = 0; i < size; ++i) {
        start[i] = noise<S>(-1, number);
        gradient[i] = scale * noise<S>(0, number++);
      }
      p.push_back(start);
      g.push_back(gradient);
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      parameters.add(et::message("p", i), p[i], g[i], {.learning_rate_scale = i == 3 ? 2.0 : 1.0});
    }
  }
};

template <class S>
bool same_parameters(const Model<S>& a, const Model<S>& b) {
  for (std::size_t i = 0; i < a.p.size(); ++i) {
    if (!same_bits(a.p[i], b.p[i])) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("the library really runs on several threads here") {
  const Threads threads(2);
  std::vector<int> seen(10, -1);
  et::parallel_ranges(10, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) seen[static_cast<std::size_t>(i)] = omp_get_thread_num();
  });
  CHECK(seen.front() == 0);
  CHECK(seen.back() == 1);
}

TEMPLATE_TEST_CASE("the number of threads changes no bit of a step, at any SIMD level", "",
                   EIGENTRAIN_TEST_SCALARS) {
  using S = TestType;
  for (const auto& c : optimizers<S>()) {
    DYNAMIC_SECTION(c.name) {
      Model<S> one;
      auto expected = c.make(0.01);
      {
        const Threads threads(1);
        for (int step = 0; step < 3; ++step) expected.step(one.parameters);
        expected.exchange(one.parameters);
      }
      for (const int count : {2, 3, 7, 16}) {
        const Threads threads(count);
        const et::test::AtLevel level(count == 3 ? et::SimdLevel::baseline : et::best_simd_level());
        Model<S> many;
        auto optimizer = c.make(0.01);
        for (int step = 0; step < 3; ++step) optimizer.step(many.parameters);
        optimizer.exchange(many.parameters);
        CAPTURE(count);
        CHECK(same_parameters(one, many));
      }
    }
  }
}

TEST_CASE("nor of a partition's step, nor of what a monitor sees of it") {
  Model<float> alone;
  et::Monitor<float> expected;
  const auto watched_step = [](Model<float>& model, et::Monitor<float>& monitor) {
    auto optimizer =
        et::partition<float>([](std::string_view name) { return name.back() % 2 == 0; },
                             et::adamw({.learning_rate = 0.01}), et::sgd({.learning_rate = 0.1}));
    optimizer.step(model.parameters, monitor);
  };
  {
    const Threads threads(1);
    watched_step(alone, expected);
  }
  for (const int count : {2, 5}) {
    const Threads threads(count);
    Model<float> model;
    et::Monitor<float> monitor;
    watched_step(model, monitor);
    CAPTURE(count);
    CHECK(same_parameters(alone, model));
    for (Index i = 0; i < monitor.size(); ++i) {
      CHECK(bits(monitor[i].gradient_norm) == bits(expected[i].gradient_norm));
      CHECK(bits(monitor[i].update_norm) == bits(expected[i].update_norm));
    }
    CHECK(bits(monitor.total().weight_norm) == bits(expected.total().weight_norm));
    CHECK(bits(monitor.total().update_norm) == bits(expected.total().update_norm));
    CHECK(monitor.total().update_norm > 0.0);
  }
}

TEMPLATE_TEST_CASE("nor of a norm, whatever the size of the gradients", "", float, double) {
  using S = TestType;
  for (const S scale : {S(1), S(1e-30), sizeof(S) == 8 ? S(1e200) : S(1e30)}) {
    double expected = 0.0;
    for (const int count : {1, 2, 3, 5}) {
      const Threads threads(count);
      Model<S> model(scale);
      const et::UpdateStream<S> stream(model.parameters.elements(), nullptr);
      const double norm = et::detail::l2_norm(stream);
      if (count == 1) expected = norm;
      CAPTURE(scale, count);
      CHECK(bits(norm) == bits(expected));
      CHECK(norm > 0.0);
    }
  }
}

TEST_CASE("a refused gradient is named with threads too, and nothing has changed") {
  const Threads threads(4);
  Model<float> model, untouched;
  model.g[6][49'999] = std::numeric_limits<float>::quiet_NaN();
  auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
  CHECK_THROWS_WITH(optimizer.step(model.parameters),
                    "clip_by_global_norm: the gradient of p6 has values that are not finite; "
                    "nothing was changed");
  CHECK(same_parameters(model, untouched));
}

TEST_CASE("once the threads run, no step allocates") {
  const Threads threads(2);
  Model<float> model;
  auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
  optimizer.step(model.parameters);
  CHECK(et::test::allocations_in([&] {
          for (int step = 0; step < 5; ++step) optimizer.step(model.parameters);
        }) == 0);
}

TEST_CASE("inside a parallel region of the user's a step stays on its own thread") {
  Model<double> alone, a, b;
  const Threads threads(2);
  auto expected = et::chain<double>(et::adamw({.learning_rate = 0.01}));
  expected.step(alone.parameters);
#pragma omp parallel sections num_threads(2)
  {
#pragma omp section
    {
      auto optimizer = et::chain<double>(et::adamw({.learning_rate = 0.01}));
      optimizer.step(a.parameters);
    }
#pragma omp section
    {
      auto optimizer = et::chain<double>(et::adamw({.learning_rate = 0.01}));
      optimizer.step(b.parameters);
    }
  }
  CHECK(same_parameters(alone, a));
  CHECK(same_parameters(alone, b));
}

TEST_CASE("two optimizers may run on two threads of the program at a time") {
  Model<float> alone, a, b;
  const Threads threads(1);
  const auto train = [](Model<float>& model) {
    auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
    for (int step = 0; step < 3; ++step) optimizer.step(model.parameters);
  };
  train(alone);
  std::thread first(train, std::ref(a)), second(train, std::ref(b));
  first.join();
  second.join();
  CHECK(same_parameters(alone, a));
  CHECK(same_parameters(alone, b));
}
