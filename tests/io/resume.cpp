// SPDX-License-Identifier: MIT
// N steps, a file and M steps give the bits of N + M steps.
#include "eigentrain/core/shuffle.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/direction/trust_ratio.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/add_noise.hpp"
#include "eigentrain/gradient/centralize.hpp"
#include "eigentrain/gradient/clip_adaptive.hpp"
#include "eigentrain/gradient/clip_tensor.hpp"
#include "eigentrain/init/he.hpp"
#include "eigentrain/io/checkpoint.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/dropout.hpp"
#include "eigentrain/optim/any.hpp"
#include "eigentrain/optim/average_parameters.hpp"
#include "eigentrain/optim/lookahead.hpp"
#include "eigentrain/optim/muon_with_adamw.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/scheduled.hpp"
#include "eigentrain/schedule/shrink.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/optimizers.hpp"

namespace et = eigentrain;
using Eigen::Index;
using et::test::Folder;

namespace {

// Any: a training is a lot to compile.
template <class S>
using Optimizer = et::test::AnyOptimizer<S>;

constexpr Index features = 5, classes = 3, samples = 24, batch = 4;

// A linear layer behind dropout and batch normalization, trained on shuffled samples. One tensor is
// frozen at first, so that its state begins later.
template <class S>
struct Training {
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

  Matrix w{classes, features}, dw{classes, features};
  Vector b{classes}, db{classes};
  Eigen::Matrix<S, 1, 3> late, dlate;
  et::BatchNorm<S> norm{features};
  et::Dropout<S> dropout{{.rate = 0.3}};
  et::Generator random{7};
  et::Parameters<S> parameters;
  Optimizer<S> optimizer;
  std::vector<int> order;
  std::int64_t position = 0, epoch = 0;

  explicit Training(Optimizer<S> made) : optimizer(std::move(made)) {
    et::Generator init(1);
    et::he_normal(w, init);
    b.setZero();
    late.setConstant(S(0.5));
    parameters.add("w", w, dw).add("b", b, db).add("late", late, dlate, {.frozen = true});
    norm.add_to(parameters, "norm");
    for (int i = 0; i < samples; ++i) order.push_back(i);
  }
  Training(const Training&) = delete;

  et::Checkpoint checkpoint() {
    et::Checkpoint list;
    list.add("model", parameters)
        .add("optimizer", optimizer, parameters)
        .add("norm", norm)
        .add("random", random)
        .add("order", order)
        .add("position", position)
        .add("epoch", epoch);
    return list;
  }

  void step() {
    if (position == 0) et::shuffle(order.data(), samples, random);
    if (optimizer.count() == 3) parameters.set_options("late", {});
    Matrix x(features, batch), kept(features, batch), dx(features, batch);
    for (Index j = 0; j < batch; ++j) {
      const int sample = order[static_cast<std::size_t>(position + j)];
      for (Index i = 0; i < features; ++i) x(i, j) = S((sample * 7 + i * 5) % 11) - S(5);
    }
    dropout.forward(x, kept, random);
    norm.forward(kept, kept);
    // ∂L/∂y for L = ½Σ(y − target)², by hand, since Eigen's products are not the point here.
    Matrix dy(classes, batch);
    dx.setZero(), dw.setZero(), db.setZero();
    for (Index j = 0; j < batch; ++j) {
      for (Index c = 0; c < classes; ++c) {
        S y = b[c] + late[c];
        for (Index i = 0; i < features; ++i) y += w(c, i) * kept(i, j);
        dy(c, j) = y - S(order[static_cast<std::size_t>(position + j)] % classes == c);
        db[c] += dy(c, j);
        for (Index i = 0; i < features; ++i) {
          dw(c, i) += dy(c, j) * kept(i, j);
          dx(i, j) += dy(c, j) * w(c, i);
        }
      }
    }
    dlate = db.transpose();
    norm.backward(dx, dx);
    optimizer.step(parameters);
    position += batch;
    if (position == samples) position = 0, ++epoch;
  }

  std::vector<S> bits() const {
    std::vector<S> all(w.data(), w.data() + w.size());
    all.insert(all.end(), b.data(), b.data() + b.size());
    all.insert(all.end(), late.data(), late.data() + late.size());
    const Vector gamma = norm.gamma(), mean = norm.running_mean(),
                 variance = norm.running_variance();
    for (const Vector& values : {gamma, mean, variance}) {
      all.insert(all.end(), values.data(), values.data() + values.size());
    }
    return all;
  }
};

// Whether a training that is saved after n steps and taken up by a new one ends as one without.
template <class S>
bool resumes(const std::function<Optimizer<S>()>& make, const std::filesystem::path& file, int n) {
  Training<S> whole(make()), first(make()), second(make());
  const std::vector<S> beginning = whole.bits();
  const int steps = 15;
  for (int i = 0; i < steps; ++i) whole.step();
  for (int i = 0; i < n; ++i) first.step();
  first.checkpoint().save(file);
  first.step();                                  // what comes after the file doesn't count
  if (n % 2 == 1) second.step(), second.step();  // nor what was before it
  second.checkpoint().load(file);
  second.parameters.set_options("late", {.frozen = second.optimizer.count() <= 3});
  for (int i = n; i < steps; ++i) second.step();
  whole.optimizer.exchange(whole.parameters);
  second.optimizer.exchange(second.parameters);
  return second.bits() == whole.bits() && whole.bits() != beginning &&
         second.optimizer.count() == whole.optimizer.count() && second.random == whole.random &&
         second.order == whole.order && second.epoch == whole.epoch && whole.epoch > 1;
}

}  // namespace

TEMPLATE_TEST_CASE("every optimizer goes on exactly", "", float, double) {
  using S = TestType;
  const Folder folder;
  for (const auto& one : et::test::optimizers<S>()) {
    const auto make = [&] {
      return one.make(et::Schedule([&](std::int64_t t) { return one.rate / double(t + 4); }));
    };
    for (const int n : {0, 1, 4, 8}) {
      INFO(one.name << ", " << n << " steps");
      CHECK(resumes<S>(make, folder / "run", n));
    }
  }
}

TEST_CASE("transforms and wrappers around an optimizer go on exactly") {
  const Folder folder;
  const auto goes_on = [&](const std::function<Optimizer<float>()>& make) {
    bool all = true;
    for (const int n : {0, 1, 2, 4, 7, 8}) all = resumes<float>(make, folder / "run", n) && all;
    return all;
  };
  const auto rate = et::cosine_decay({.initial = 0.05, .steps = 15});
  CHECK(goes_on([&] {
    return et::chain<float>(et::centralize(), et::accumulate(2), et::add_noise(et::Generator(3)),
                            et::sgd({.learning_rate = rate, .momentum = 0.9}),
                            et::ema_parameters({.decay = 0.9}));
  }));
  CHECK(goes_on([&] {
    return et::chain<float>(et::clip_adaptive({.clipping = 0.1}), et::scheduled([](std::int64_t t) {
                              return et::momentum({.momentum = 0.5 + 0.02 * double(t)});
                            }),
                            et::descend(rate), et::lookahead({.period = 4}),
                            et::average_parameters({.start = 2}));
  }));
}

TEST_CASE("transforms that look at whole tensors go on exactly") {
  const Folder folder;
  for (const int n : {1, 4}) {
    CHECK(resumes<float>(
        [] {
          return et::chain<float>(et::clip_by_tensor_norm(0.5), et::adam_direction({}),
                                  et::trust_ratio({}), et::descend_and_shrink(0.1, 1e-3));
        },
        folder / "run", n));
  }
}

TEST_CASE("an optimizer of any type goes on exactly, in parts too") {
  const Folder folder;
  for (const int n : {0, 1, 4, 8}) {
    CHECK(resumes<float>([] { return et::AnyOptimizer<float>(et::MuonWithAdamW<float>()); },
                         folder / "run", n));
  }
  // One whose parts are chosen anew keeps those that it had.
  bool turned = false;
  const auto make = [&turned]() -> Optimizer<float> {
    return et::partition<float>(
        [turned](std::string_view name) { return name.ends_with("w") != turned; },
        et::sgd({.learning_rate = 0.1, .momentum = 0.9}), et::sgd({.learning_rate = 0.01}));
  };
  Training<float> first(make());
  for (int i = 0; i < 5; ++i) first.step();
  first.checkpoint().save(folder / "run");
  turned = true;
  Training<float> second(make());
  second.checkpoint().load(folder / "run");
  second.parameters.set_options("late", {});
  for (int i = 0; i < 5; ++i) first.step(), second.step();
  CHECK(second.bits() == first.bits());
}
