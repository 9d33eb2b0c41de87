// SPDX-License-Identifier: MIT
// The code of the pages in docs/, which isn't that of an example: it has to compile, and isn't run.
// A test compares the lines; they are broken as suits the pages.
// clang-format off
#include <filesystem>
#include <string>

#include <eigentrain/eigentrain.hpp>
#if __has_include(<nlohmann/json.hpp>)
#include <eigentrain/io/checkpoint.hpp>
#endif

namespace et = eigentrain;

namespace {

[[maybe_unused]] void growing_batches(std::int64_t epochs, auto& batches, et::Generator& random, auto& train_on) {
const et::BatchSize size = et::growing_batch_size(
    {.initial = 32, .factor = 4, .every = 3, .largest = 2048});
for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
  batches.shuffle(random);
  while (batches.left() > 0) train_on(batches.next(size(epoch)));
}
}

[[maybe_unused]] std::int64_t batches_by_noise(double norm_of_small, double norm_of_big) {
et::GradientNoiseScale noise({.small_batch = 100, .big_batch = 10'000, .decay = 0.5});
et::BatchSizeByNoise rule({.smallest = 32, .largest = 2048, .multiple = 32});
// before each epoch, the norms of the gradient on 100 and on 10,000 samples:
noise.add(norm_of_small, norm_of_big);
const std::int64_t size = rule.update(noise.scale());
return size;
}

[[maybe_unused]] double clipping(et::Parameters<float>& parameters) {
auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0),
                                  et::sgd({.learning_rate = 0.01, .momentum = 0.9}));
optimizer.step(parameters);
double before = optimizer.measured<et::ClipByGlobalNorm>().norm;
return before;
}

[[maybe_unused]] float clipping_in_place(et::Parameters<float>& parameters) {
float before = et::clip_gradient_norm(parameters, 1.0f);
et::clip_gradient_value(parameters, 0.1f);
return before;
}

struct Layer {
  Eigen::MatrixXf W;
  std::string name;
};
[[maybe_unused]] void initializing(Layer (&layers)[2], const Eigen::MatrixXf& batch, et::Generator& random) {
Eigen::MatrixXf x = batch;
for (Layer& layer : layers) {
  et::lsuv(layer.W, random, [&] { return layer.W * x; }, {.name = layer.name});
  x = (layer.W * x).cwiseMax(0.0f);
}
}

[[maybe_unused]] void one_cycle(et::Parameters<float>& parameters) {
const et::OneCycleOptions cycle{.peak = 0.1, .steps = 10'000};
const et::Schedule momentum = et::one_cycle_momentum(cycle);
auto optimizer = et::chain<float>(et::momentum({}), et::descend(et::one_cycle(cycle)));
for (std::int64_t t = 0; t < 10'000; ++t) {
  optimizer.replace(et::momentum({.momentum = momentum(t)}));
  // ... gradients
  optimizer.step(parameters);
}
}

[[maybe_unused]] et::PlateauState plateau(int epochs, double validation_loss) {
et::ReduceOnPlateau plateau({.initial = 0.1, .patience = 3});
et::Sgd<float> optimizer({.learning_rate = [&](std::int64_t) { return plateau.rate(); }});
for (int epoch = 0; epoch < epochs; ++epoch) {
  // ... an epoch
  plateau.update(validation_loss);  // true if the rate has fallen
}
const et::PlateauState saved = plateau.state();  // all it remembers
return saved;
}

[[maybe_unused]] double range_test(double (*one_step)(double)) {
const auto found = et::learning_rate_range_test({}, [&](double rate) { return one_step(rate); });
double rate = found.suggestion;            // where the smoothed loss falls fastest
double smaller = found.tenth_of_minimum;   // a tenth of the rate of the lowest loss
const auto& curve = found.curve;           // rates, losses and smoothed losses, to look at
return rate + smaller + static_cast<double>(curve.size());
}

[[maybe_unused]] void around(et::Parameters<float>& parameters, const et::Masks<float>& masks, double (*evaluate)()) {
auto optimizer = et::chain<float>(
    et::centralize(),                              // gradients
    et::scheduled([](std::int64_t t) { return et::adam_direction({.beta1 = t < 500 ? 0.8 : 0.9}); }),
    et::decay_weights(0.01), et::descend(1e-3),    // the optimizer
    et::mask_updates(masks),                       // what may move
    et::lookahead({.period = 6}),                  // the parameters
    et::ema_parameters({.decay = 0.999}));         // what is read at the end
static_cast<void>(parameters), static_cast<void>(evaluate);
}

[[maybe_unused]] double averages(et::Parameters<float>& parameters, double (*evaluate)()) {
auto optimizer = et::chain<float>(et::sgd({}), et::ema_parameters({}));
const double loss = et::with_averages(optimizer, parameters, [&] { return evaluate(); });
return loss;
}

[[maybe_unused]] void refreshing(auto& net, auto& batch) {
et::refresh_statistics(100, [&](std::int64_t i) { net.forward(batch(i)); }, net.norm1, net.norm2);
}

[[maybe_unused]] void freezing(et::Parameters<float>& parameters) {
parameters.change_options([](std::string_view name, et::ParameterOptions& options) {
  options.frozen = !name.starts_with("head.");
});
}

[[maybe_unused]] void masking(et::Parameters<float>& parameters, const Eigen::MatrixXf& W) {
et::Masks<float> masks;
masks.add(parameters, "fc1.weight", (W.array().abs() > 0.01f).cast<float>());
auto optimizer = et::chain<float>(et::adamw({}), et::mask_updates(masks));
}

[[maybe_unused]] void parts() {
auto optimizer = et::partition<float>(
    [](std::string_view name) { return name.ends_with(".weight"); },  // true: the first of the two
    et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({})), et::sgd({.momentum = 0.9}));
optimizer.part<1>().set_learning_rate(1e-3);
}

[[maybe_unused]] void by_hand(et::AdamW<float>& optimizer, bool worse) {
if (worse) optimizer.set_learning_rate(optimizer.learning_rate() / 2);
optimizer.replace(et::decay_weights(0.0));   // another transform of the same type, the same state
}

// Never instantiated, since that would compile all optimizers.
template <class>
void by_name(std::string_view name) {
et::AnyOptimizer<float> optimizer = et::make_optimizer<float>(
    name, {{"learning_rate", et::cosine_decay({.initial = 1e-3, .steps = 10'000})}, {"beta2", 0.98}});
}

#if __has_include(<nlohmann/json.hpp>)

[[maybe_unused]] void resuming(et::Parameters<float>& parameters, et::Sgd<float>& optimizer, et::BatchNorm<float>& norm,
                               et::Generator& random, std::string& order, std::int64_t epoch, std::int64_t epochs,
                               const std::string& file) {
et::Checkpoint checkpoint;
checkpoint.add("model", parameters)
    .add("optimizer", optimizer, parameters)
    .add("norm", norm)
    .add("random", random)
    .add("order", order)
    .add("epoch", epoch);

if (std::filesystem::exists(file)) checkpoint.load(file);
for (; epoch < epochs; checkpoint.save(file)) {
  // ...
}
}

[[maybe_unused]] void weights_alone(et::Parameters<float>& parameters, const std::string& file) {
et::Checkpoint weights;
weights.add("model", parameters).load(file, {.others = true});
}

[[maybe_unused]] void from_python(et::Parameters<float>& parameters, et::BatchNorm<float>& norm) {
et::Checkpoint weights;
weights.add("", parameters).add("norm", norm).load("model.safetensors");
}

#endif

class MyClass {
 public:
template <class Visitor>
void visit_state(Visitor& visit) {
  visit("count", count_);
  visit("sums", sums_.data(), sums_.size());
  et::require_at_least(0, count_, "MyClass", "count");  // a file may say anything
}

 private:
  std::int64_t count_ = 0;
  Eigen::VectorXd sums_;
};

}  // namespace
