// SPDX-License-Identifier: MIT
// A model that learns inside of a control loop: every millisecond a reading of a motor comes in, is
// predicted, and moves the model a little. The loop allocates nothing, throws nothing, takes no
// lock, and says how long its learning took. A failing sensor is part of it.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

// Counts what the program allocates: by operator new, and by malloc, which Eigen calls.
static std::atomic<long> allocations{0};

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t items, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t items, std::size_t size) noexcept {
  ++allocations;
  return __libc_calloc(items, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  ++allocations;
  return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  return __libc_memalign(alignment, size);
}
}
#else
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
#endif

// Predicts the speed after the next millisecond from speed, current and two kinds of friction. All
// sizes are known when this is compiled, so Eigen has nothing to allocate either.
struct Model {
  static constexpr int hidden = 16;
  Eigen::Matrix<float, hidden, 4> W1, dW1;
  Eigen::Matrix<float, hidden, 1> b1, db1;
  Eigen::Matrix<float, 1, hidden> W2, dW2;

  float learn_from(const Eigen::Vector4f& x, float measured) {
    const Eigen::Matrix<float, hidden, 1> active = (W1 * x + b1).array().tanh();
    const float error = W2.dot(active.transpose()) - measured;
    const Eigen::Matrix<float, hidden, 1> delta =
        error * W2.transpose().array() * (1.0f - active.array().square());
    dW2 = error * active.transpose();
    dW1 = delta * x.transpose();
    db1 = delta;
    return error;
  }
};

int main() {
  // Before the loop: everything that may allocate or throw.
  Model model;
  et::Generator random(3);
  et::xavier_uniform(model.W1, random);
  et::xavier_uniform(model.W2, random, {.fans = {.in = Model::hidden, .out = 1}});
  model.b1.setZero();

  et::Parameters<float> parameters;
  parameters.add("W1", model.W1, model.dW1);
  parameters.add("b1", model.b1, model.db1);
  parameters.add("W2", model.W2, model.dW2);

  // Gradients that aren't finite skip the step, however many come in a row, and never throw.
  const et::ClipNormOptions skip{.non_finite = {.policy = et::NonFinite::skip, .most_skips = 0}};
  auto optimizer =
      et::chain<float>(et::clip_by_global_norm(1.0, skip), et::sgd({.learning_rate = 0.05}));

  // The first step makes room for the state. This one is skipped, so it changes nothing.
  model.dW1.setConstant(std::numeric_limits<float>::quiet_NaN());
  model.db1.setZero();
  model.dW2.setZero();
  optimizer.step(parameters);

  constexpr int ticks = 20000;
  static std::array<float, ticks> microseconds;
  std::array<float, ticks / 4000> squares{};
  float speed = 0.0f;
  int skipped = 0;
  const long before = allocations;
  for (int tick = 0; tick < ticks; ++tick) {
    const float seconds = 1e-3f * static_cast<float>(tick);
    const float current = std::sin(3.0f * seconds) + 0.5f * std::sin(11.0f * seconds);
    const Eigen::Vector4f x(speed, current, std::tanh(20.0f * speed), speed * std::abs(speed));
    speed += 0.1f * (current - 0.3f * x[2] - 0.2f * speed - 0.1f * x[3]);  // the motor
    const bool fails = tick >= 10000 && tick < 10050;                      // and its sensor
    const float measured = fails ? std::numeric_limits<float>::quiet_NaN() : speed;

    const auto begin = std::chrono::steady_clock::now();
    const float error = model.learn_from(x, measured);
    const bool learned = optimizer.step(parameters);
    const std::chrono::duration<float, std::micro> took = std::chrono::steady_clock::now() - begin;

    microseconds[static_cast<std::size_t>(tick)] = took.count();
    if (learned) squares[static_cast<std::size_t>(tick / 4000)] += error * error;
    if (!learned) ++skipped;
  }
  const long allocated = allocations - before;

  for (std::size_t k = 0; k < squares.size(); ++k) {
    std::printf("until %2zu s  error %.4f\n", 4 * (k + 1),
                static_cast<double>(std::sqrt(squares[k] / 4000.0f)));
  }
  std::sort(microseconds.begin(), microseconds.end());
  std::printf("%d values; a tick takes %.2f us, 999 of 1000 at most %.2f, the longest %.2f\n",
              static_cast<int>(parameters.total()), static_cast<double>(microseconds[ticks / 2]),
              static_cast<double>(microseconds[ticks - ticks / 1000]),
              static_cast<double>(microseconds.back()));
  std::printf("%d steps skipped, %ld allocations in the loop\n", skipped, allocated);
  return allocated == 0 && skipped == 50 && model.W1.allFinite() ? 0 : 1;
}
