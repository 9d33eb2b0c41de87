// SPDX-License-Identifier: MIT
#include "mlp/mlp.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eigentrain/core/random.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using Eigen::Index;
using mlp::Matrix;

namespace {

template <class S>
Matrix<S> normal(Index rows, Index cols, et::Generator& random, double deviation = 1.0) {
  Matrix<S> values(rows, cols);
  et::normal(values, random, 0.0, deviation);
  return values;
}

Eigen::VectorXi some_labels(Index size, Index classes) {
  Eigen::VectorXi labels(size);
  for (Index i = 0; i < size; ++i) labels[i] = static_cast<int>(i * 7 % classes);
  return labels;
}

// Everything random, so that no gradient is zero by accident: biases, γ and β too.
template <class S>
void scramble(mlp::Mlp<S>& model, et::Generator& random) {
  for (Index i = 0; i < model.parameters().size(); ++i) {
    const auto memory = model.parameters()[i].parameter;
    et::normal(Eigen::Map<mlp::Vector<S>>(memory.data, memory.size()), random, 0.1, 0.6);
  }
}

// The gradients that learn() sets against central differences of the loss that it returns. The
// generator is copied for every call, and so all of them drop the same outputs.
void check_gradients(const mlp::MlpOptions& options) {
  et::Generator random(7);
  mlp::Mlp<double> model(options);
  scramble(model, random);
  const Index batch = options.batch_size;
  const Matrix<double> x = normal<double>(options.inputs, batch, random);
  const Eigen::VectorXi labels = some_labels(batch, options.classes);
  const auto loss = [&] {
    et::Generator same = random;
    return model.learn(x, labels, same).mean_loss();
  };

  loss();
  std::vector<std::vector<double>> gradients;
  for (Index i = 0; i < model.parameters().size(); ++i) {
    const auto memory = model.parameters()[i].gradient;
    gradients.emplace_back(memory.data, memory.data + memory.size());
  }
  for (Index i = 0; i < model.parameters().size(); ++i) {
    const auto values = model.parameters()[i].parameter;
    double largest = 0.0;
    for (Index k = 0; k < values.size(); ++k) {
      const double before = values.data[k];
      constexpr double h = 1e-5;
      values.data[k] = before + h;
      const double above = loss();
      values.data[k] = before - h;
      const double below = loss();
      values.data[k] = before;
      const double expected = (above - below) / (2 * h);
      const double got = gradients[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)];
      INFO(model.parameters().name(i) << "[" << k << "]");
      CHECK(got == Approx(expected).epsilon(1e-6).margin(1e-8));
      largest = std::max(largest, std::abs(got));
    }
    // A bias in front of batch norm is the one parameter that changes nothing.
    const std::string_view name = model.parameters().name(i);
    const bool idle = options.norm == mlp::NormKind::batch && name.ends_with(".bias") &&
                      name != "fc" + std::to_string(options.hidden.size() + 1) + ".bias";
    INFO(name);
    CHECK((largest > 1e-3) == !idle);
  }
}

}  // namespace

TEST_CASE("the gradients are the derivatives of the loss") {
  using mlp::Activation, mlp::DropoutKind, mlp::NormKind;
  const mlp::MlpOptions plain{.inputs = 5, .hidden = {8, 6}, .classes = 4, .batch_size = 9};
  const auto with = [](mlp::MlpOptions options, auto&& change) {
    change(options);
    options.groups = 2;
    return options;
  };
  SECTION("plain") {
    check_gradients(plain);
  }
  SECTION("no hidden layer") {
    check_gradients({.inputs = 5, .hidden = {}, .classes = 4, .batch_size = 9});
  }
  SECTION("SELU") {
    check_gradients(with(plain, [](auto& o) { o.activation = Activation::selu; }));
  }
  SECTION("a shortcut past the second layer") {
    check_gradients(with(plain, [](auto& o) { o.hidden = {6, 6}, o.residual = true; }));
  }
  SECTION("each normalization, alone and with dropout") {
    for (const NormKind kind :
         {NormKind::batch, NormKind::layer, NormKind::group, NormKind::instance, NormKind::rms}) {
      for (const double dropout : {0.0, 0.3}) {
        CAPTURE(static_cast<int>(kind), dropout);
        check_gradients(with(plain, [&](auto& o) { o.norm = kind, o.dropout = dropout; }));
      }
    }
  }
  SECTION("each dropout, where it stands alone and where a shortcut passes it") {
    for (const DropoutKind kind : {DropoutKind::plain, DropoutKind::alpha, DropoutKind::gaussian,
                                   DropoutKind::channel, DropoutKind::drop_path}) {
      for (const bool residual : {false, true}) {
        if (kind == DropoutKind::drop_path && !residual) continue;
        for (const Activation activation : {Activation::relu, Activation::selu}) {
          if (kind == DropoutKind::alpha && activation == Activation::relu) continue;
          CAPTURE(static_cast<int>(kind), residual, static_cast<int>(activation));
          check_gradients(with(plain, [&](auto& o) {
            o.hidden = {6, 6}, o.residual = residual, o.activation = activation;
            o.dropout_kind = kind, o.dropout = 0.4;
          }));
        }
      }
    }
  }
  SECTION("all at once") {
    check_gradients(with(plain, [](auto& o) {
      o.hidden = {6, 6}, o.residual = true, o.activation = Activation::selu;
      o.norm = NormKind::group, o.dropout_kind = DropoutKind::gaussian, o.dropout = 0.4;
    }));
  }
}

TEST_CASE("a shortcut brings a layer's input past it, and drop-path leaves nothing else") {
  const mlp::MlpOptions options{.inputs = 3,
                                .hidden = {3, 3},
                                .classes = 2,
                                .batch_size = 8,
                                .dropout_kind = mlp::DropoutKind::drop_path,
                                .dropout = 1.0,
                                .residual = true};
  et::Generator random(4);
  mlp::Mlp<double> model(options);
  scramble(model, random);
  const Matrix<double> x = normal<double>(3, 8, random);
  model.learn(x, some_labels(8, 2), random);
  const auto gradient = [&](Index i) {
    const auto memory = model.parameters()[i].gradient;
    return Eigen::Map<const mlp::Vector<double>>(memory.data, memory.size()).norm();
  };
  // The rate grows with the depth: a half for the first of two, 1 for the last.
  CHECK(gradient(0) > 0.0);
  CHECK(gradient(2) == 0.0);
  CHECK(gradient(4) > 0.0);

  // Without weights the hidden layers add nothing, so that the last has the samples themselves.
  for (Index i = 0; i < 4; ++i) {
    const auto memory = model.parameters()[i].parameter;
    Eigen::Map<mlp::Vector<double>>(memory.data, memory.size()).setZero();
  }
  const Eigen::Map<const Matrix<double>> weight(model.parameters()[4].parameter.data, 2, 3);
  const Eigen::Map<const mlp::Vector<double>> bias(model.parameters()[5].parameter.data, 2);
  const Matrix<double> expected = (weight * x).colwise() + bias;
  CHECK(model.predict(x).isApprox(expected, 1e-12));
}

TEST_CASE("evaluation drops nothing, whatever the dropout") {
  const Matrix<double> x = Matrix<double>::Random(6, 8);
  for (const mlp::DropoutKind kind :
       {mlp::DropoutKind::plain, mlp::DropoutKind::alpha, mlp::DropoutKind::gaussian,
        mlp::DropoutKind::channel, mlp::DropoutKind::drop_path}) {
    mlp::MlpOptions options{.inputs = 6,
                            .hidden = {6, 6},
                            .classes = 3,
                            .batch_size = 8,
                            .activation = mlp::Activation::selu,
                            .dropout_kind = kind,
                            .dropout = 0.5,
                            .groups = 2,
                            .residual = true};
    mlp::Mlp<double> model(options);
    options.dropout = 0.0;
    mlp::Mlp<double> without(options);
    et::Generator random(8), same(8);
    scramble(model, random);
    scramble(without, same);
    CAPTURE(static_cast<int>(kind));
    CHECK(model.predict(x) == without.predict(x));
    CHECK(model.learn(x, some_labels(8, 3), random).loss !=
          without.learn(x, some_labels(8, 3), same).loss);
  }
}

TEST_CASE("parameters have the names that people know, and only weights decay") {
  mlp::Mlp<float> model(
      {.inputs = 5, .hidden = {7, 6}, .classes = 4, .batch_size = 9, .norm = mlp::NormKind::batch});
  const auto& parameters = model.parameters();
  std::vector<std::string> names;
  for (Index i = 0; i < parameters.size(); ++i) {
    names.emplace_back(parameters.name(i));
    CHECK(parameters.options(i).weight_decay == names.back().ends_with(".weight"));
  }
  CHECK(names == std::vector<std::string>{"fc1.weight", "fc1.bias", "norm1.gamma", "norm1.beta",
                                          "fc2.weight", "fc2.bias", "norm2.gamma", "norm2.beta",
                                          "fc3.weight", "fc3.bias"});
  CHECK(parameters.total() == 5 * 7 + 7 * 3 + 7 * 6 + 6 * 3 + 6 * 4 + 4);
}

TEST_CASE("a smaller batch gives what its samples give in a model of that size") {
  et::Generator random(3);
  const mlp::MlpOptions options{.inputs = 5, .hidden = {19}, .classes = 4, .batch_size = 32};
  mlp::MlpOptions small = options;
  small.batch_size = 3;
  mlp::Mlp<double> large_model(options);
  mlp::Mlp<double> small_model(small);
  et::Generator again = random;
  scramble(large_model, random);
  scramble(small_model, again);
  const Matrix<double> x = normal<double>(5, 32, random);
  const Eigen::VectorXi labels = some_labels(32, 4);
  large_model.learn(x, labels, random);
  const mlp::Score large = large_model.learn(x.leftCols(3), labels.head(3), random);
  const mlp::Score few = small_model.learn(x.leftCols(3), labels.head(3), random);
  CHECK(large.loss == Approx(few.loss));
  for (Index i = 0; i < large_model.parameters().size(); ++i) {
    const auto a = large_model.parameters()[i].gradient;
    const auto b = small_model.parameters()[i].gradient;
    for (Index k = 0; k < a.size(); ++k) CHECK(a.data[k] == Approx(b.data[k]).margin(1e-12));
  }
}

TEST_CASE("evaluation drops nothing, uses the running statistics and changes nothing") {
  et::Generator random(11);
  const mlp::MlpOptions options{.inputs = 5,
                                .hidden = {16},
                                .classes = 4,
                                .batch_size = 64,
                                .norm = mlp::NormKind::batch,
                                .dropout = 0.5};
  mlp::Mlp<double> model(options);
  scramble(model, random);
  const Matrix<double> x = normal<double>(5, 64, random);
  const Eigen::VectorXi labels = some_labels(64, 4);
  const double untrained = model.evaluate(x, labels).loss;
  CHECK(model.evaluate(x, labels).loss == untrained);

  // A sample's logits don't depend on its company, as they would with statistics of the batch.
  const Matrix<double> together = model.predict(x);
  const Matrix<double> alone = model.predict(x.col(5));
  CHECK(alone.isApprox(together.col(5), 1e-12));

  // Training moves the running statistics and drops other outputs each time.
  const double once = model.learn(x, labels, random).loss;
  CHECK(model.learn(x, labels, random).loss != once);
  CHECK(model.evaluate(x, labels).loss != untrained);
}

TEST_CASE("a NaN in a sample reaches the loss") {
  for (const bool batch_norm : {false, true}) {
    et::Generator random(5);
    mlp::Mlp<float> model({.inputs = 20,
                           .hidden = {33, 17},
                           .classes = 3,
                           .batch_size = 8,
                           .norm = batch_norm ? mlp::NormKind::batch : mlp::NormKind::none});
    scramble(model, random);
    Matrix<float> x = normal<float>(20, 8, random);
    x(4, 6) = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(model.learn(x, some_labels(8, 3), random).loss));
    CHECK(std::isnan(model.evaluate(x, some_labels(8, 3)).loss));
  }
}

TEST_CASE("a small set is learned by heart", "[long]") {
  for (const bool batch_norm : {false, true}) {
    et::Generator random(1);
    const Matrix<float> x = normal<float>(20, 64, random);
    const Eigen::VectorXi labels = some_labels(64, 5);
    mlp::Mlp<float> model({.inputs = 20,
                           .hidden = {64, 32},
                           .classes = 5,
                           .batch_size = 64,
                           .norm = batch_norm ? mlp::NormKind::batch : mlp::NormKind::none});
    model.initialize([&](Matrix<float>& weight) {
      weight = normal<float>(weight.rows(), weight.cols(), random,
                             std::sqrt(2.0 / static_cast<double>(weight.cols())));
    });
    et::AdamW<float> optimizer({.learning_rate = 5e-3});
    const mlp::Score before = model.evaluate(x, labels);
    for (int step = 0; step < 200; ++step) {
      model.learn(x, labels, random);
      optimizer.step(model.parameters());
    }
    const mlp::Score after = model.evaluate(x, labels);
    CHECK(before.accuracy() < 0.5);
    CHECK(after.accuracy() == 1.0);
    CHECK(after.mean_loss() < 0.05);
  }
}

TEST_CASE("a training step allocates nothing after the first", "[long]") {
  using mlp::DropoutKind, mlp::NormKind;
  const std::pair<NormKind, DropoutKind> layers[] = {
      {NormKind::none, DropoutKind::plain},       {NormKind::batch, DropoutKind::plain},
      {NormKind::layer, DropoutKind::alpha},      {NormKind::group, DropoutKind::gaussian},
      {NormKind::instance, DropoutKind::channel}, {NormKind::rms, DropoutKind::drop_path}};
  for (const auto& [norm, dropout] : layers) {
    et::Generator random(2);
    mlp::Mlp<float> model({.inputs = 784,
                           .hidden = {128, 128},
                           .classes = 10,
                           .batch_size = 128,
                           .activation = mlp::Activation::selu,
                           .norm = norm,
                           .dropout_kind = dropout,
                           .dropout = norm == NormKind::none ? 0.0 : 0.2,
                           .residual = dropout == DropoutKind::drop_path});
    scramble(model, random);
    et::AdamW<float> optimizer;
    const Matrix<float> x = normal<float>(784, 128, random);
    const Eigen::VectorXi labels = some_labels(128, 10);
    const auto step = [&](Index batch) {
      model.learn(x.leftCols(batch), labels.head(batch), random);
      optimizer.step(model.parameters());
    };
    step(128);
    CAPTURE(static_cast<int>(norm));
    CHECK(et::test::allocations_in([&] { step(128); }) == 0);
    CHECK(et::test::allocations_in([&] { step(96); }) == 0);  // the last batch of an epoch
    CHECK(et::test::allocations_in([&] { model.evaluate(x, labels); }) == 0);
  }
  // The counter does see Eigen's memory.
  if (et::test::counts_malloc()) {
    CHECK(et::test::allocations_in([] {
            Matrix<float> taken(300, 300);
            asm volatile("" : : "g"(taken.data()) : "memory");  // clang would leave it out
          }) > 0);
  }
}

TEST_CASE("batches that don't fit the network are refused, and change nothing") {
  et::Generator random(9);
  const mlp::MlpOptions options{
      .inputs = 3, .hidden = {4}, .classes = 2, .batch_size = 8, .norm = mlp::NormKind::batch};
  mlp::Mlp<float> model(options);
  scramble(model, random);
  const Matrix<float> x = normal<float>(3, 8, random);
  const Eigen::VectorXi labels = some_labels(8, 2);
  model.learn(x, labels, random);
  const Matrix<float> logits = model.predict(x);
  const auto refused = [&](const Matrix<float>& samples, const Eigen::VectorXi& of,
                           const std::string& why) {
    CHECK_THROWS_WITH(model.learn(samples, of, random), why);
    CHECK_THROWS_WITH(model.evaluate(samples, of), why);
  };
  refused(normal<float>(4, 8, random), labels, "Mlp: samples must have 3 features, got 4");
  refused(normal<float>(3, 9, random), some_labels(9, 2),
          "Mlp: a batch must have 1 to 8 samples, got 9");
  refused(Matrix<float>(3, 0), Eigen::VectorXi(), "Mlp: a batch must have 1 to 8 samples, got 0");
  refused(x, labels.head(7), "Mlp: 8 samples need as many labels, got 7");
  refused(x, Eigen::VectorXi::Constant(8, 2), "Mlp: labels must be in [0, 2), got 2");
  refused(x, Eigen::VectorXi::Constant(8, -1), "Mlp: labels must be in [0, 2), got -1");
  CHECK(model.predict(x) == logits);
}

TEST_CASE("sizes that make no network are refused") {
  CHECK_THROWS_WITH(mlp::Mlp<float>({.inputs = 0, .classes = 2}),
                    "Mlp: inputs must be at least 1, got 0");
  CHECK_THROWS_WITH(mlp::Mlp<float>({.inputs = 3, .classes = 0}),
                    "Mlp: classes must be at least 1, got 0");
  CHECK_THROWS_WITH(mlp::Mlp<float>({.inputs = 3, .hidden = {4, 0}, .classes = 2}),
                    "Mlp: hidden must be at least 1, got 0");
  CHECK_THROWS_AS(mlp::Mlp<float>({.inputs = 3, .hidden = {4}, .classes = 2, .dropout = 1.5}),
                  std::invalid_argument);
  const auto refused = [](auto&& change, const std::string& why) {
    mlp::MlpOptions options{.inputs = 3, .hidden = {4}, .classes = 2, .dropout = 0.1};
    change(options);
    CHECK_THROWS_WITH(mlp::Mlp<float>(options), why);
  };
  refused([](auto& o) { o.residual = true; },
          "Mlp: residual needs a hidden layer of the size of what is before it");
  refused([](auto& o) { o.dropout_kind = mlp::DropoutKind::drop_path; },
          "Mlp: drop-path needs residual, since what it drops has to come by a shortcut");
  refused([](auto& o) { o.dropout_kind = mlp::DropoutKind::alpha; },
          "Mlp: alpha dropout needs SELU, whose mean and variance it keeps");
  refused([](auto& o) { o.norm = mlp::NormKind::group; },
          "group norm: a hidden layer of 4 can't be divided into 8 groups of equal size with at "
          "least 2 values");
}
