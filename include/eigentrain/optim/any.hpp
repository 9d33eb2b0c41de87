// SPDX-License-Identifier: MIT
// An optimizer whose type is chosen while the program runs.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/state_visitor.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

namespace detail {

/// Any observer of a step, or none: so that an optimizer is compiled once for all of them.
template <class S>
class AnyObserver {
 public:
  AnyObserver() = default;
  template <class Observer>
  explicit AnyObserver(Observer& observer)
      : observer_(&observer),
        begin_([](void* self, const Parameters<S>& parameters, std::int64_t number) {
          static_cast<Observer*>(self)->begin(parameters, number);
        }),
        watch_(
            [](void* self, const Elements<S>& elements, const Step& step, const AnyPass<S>& pass) {
              static_cast<Observer*>(self)->watch(elements, step, pass);
            }) {}

  explicit operator bool() const { return observer_ != nullptr; }

  void begin(const Parameters<S>& parameters, std::int64_t number) {
    if (observer_ != nullptr) begin_(observer_, parameters, number);
  }
  template <class Pass>
  void watch(const Elements<S>& elements, const Step& step, const Pass& pass) {
    if (observer_ == nullptr) return update_runs(elements, pass);
    watch_(observer_, elements, step, any_pass<S>(pass));
  }

 private:
  void* observer_ = nullptr;
  void (*begin_)(void*, const Parameters<S>&, std::int64_t) = nullptr;
  void (*watch_)(void*, const Elements<S>&, const Step&, const AnyPass<S>&) = nullptr;
};

template <class T>
inline constexpr char type_mark = 0;

}  // namespace detail

/// Any chain, partition or named optimizer, for programs that choose one while they run;
/// make_optimizer() makes one from its name.
///
///     et::AnyOptimizer<float> optimizer = et::Adam<float>({.learning_rate = 1e-3});
///     if (simple) optimizer = et::Sgd<float>({.learning_rate = 0.1});
///     optimizer.step(parameters);
///
/// A copy is another optimizer that goes on from the same point. A step costs one indirect call
/// more (and one for each run of values while it is watched), and has the same bits. Throws
/// std::invalid_argument where an empty one is used, which is one that was made without an
/// optimizer or moved from.
template <class S>
class AnyOptimizer {
 public:
  AnyOptimizer() = default;
  /// Takes an optimizer in.
  template <class Optimizer>
    requires(!std::same_as<Optimizer, AnyOptimizer> && std::same_as<typename Optimizer::Scalar, S>)
  AnyOptimizer(Optimizer optimizer)  // NOLINT: implicit on purpose
      : held_(new Holder<Optimizer>(std::move(optimizer))) {}
  /// A copy goes on from the same point.
  AnyOptimizer(const AnyOptimizer& other)
      : held_(other.held_ != nullptr ? other.held_->copy() : nullptr) {}
  /// Leaves the other one empty.
  AnyOptimizer(AnyOptimizer&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  /// Takes the other one's optimizer.
  AnyOptimizer& operator=(AnyOptimizer other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~AnyOptimizer() { delete held_; }

  /// As Chain::step(): whether the step was made.
  bool step(Parameters<S>& parameters) { return held().step(parameters, {}); }
  /// The same, watched by a Monitor.
  template <class Observer>
  bool step(Parameters<S>& parameters, Observer& observer) {
    return held().step(parameters, detail::AnyObserver<S>(observer));
  }

  /// Steps made so far.
  std::int64_t count() const { return held().count(); }

  /// The learning rate of the next step. Throws std::invalid_argument if the optimizer has none.
  double learning_rate() const { return held().learning_rate(); }
  /// Takes another learning rate, a number or a schedule, from the next step on. Throws as
  /// learning_rate().
  void set_learning_rate(const Schedule& rate) { held().set_learning_rate(rate); }

  /// Shows a checkpoint all state, which belongs to this list; see Chain::visit_state().
  void visit_state(StateVisitor& visit, const Parameters<S>& parameters) {
    held().visit_state(visit, parameters);
  }

  /// Whether it holds no optimizer: made without one, or moved from.
  bool empty() const { return held_ == nullptr; }

  /// The optimizer itself, for what only it can do; null if it is of another type.
  ///
  ///     if (auto* adam = optimizer.get_if<et::Adam<float>>()) { ... }
  template <class Optimizer>
  Optimizer* get_if() {
    if (empty() || held_->type() != &detail::type_mark<Optimizer>) return nullptr;
    return &static_cast<Holder<Optimizer>*>(held_)->optimizer;
  }

 private:
  struct Held {
    virtual ~Held() = default;
    virtual bool step(Parameters<S>& parameters, detail::AnyObserver<S> observer) = 0;
    virtual std::int64_t count() const = 0;
    virtual double learning_rate() const = 0;
    virtual void set_learning_rate(const Schedule& rate) = 0;
    virtual void visit_state(StateVisitor& visit, const Parameters<S>& parameters) = 0;
    virtual Held* copy() const = 0;
    virtual const void* type() const = 0;
  };

  template <class Optimizer>
  struct Holder final : Held {
    explicit Holder(Optimizer&& held) : optimizer(std::move(held)) {}
    bool step(Parameters<S>& parameters, detail::AnyObserver<S> observer) override {
      if constexpr (requires { optimizer.step(parameters, observer); }) {
        return optimizer.step(parameters, observer);
      } else {
        require(!observer, "AnyOptimizer: a step of this optimizer can't be watched");
        return optimizer.step(parameters);
      }
    }
    std::int64_t count() const override { return optimizer.count(); }
    double learning_rate() const override {
      if constexpr (requires { optimizer.learning_rate(); }) {
        return optimizer.learning_rate();
      } else {
        refuse("it has no learning rate of its own");
      }
    }
    void set_learning_rate([[maybe_unused]] const Schedule& rate) override {
      if constexpr (requires { optimizer.set_learning_rate(rate); }) {
        optimizer.set_learning_rate(rate);
      } else {
        refuse("it has no learning rate of its own");
      }
    }
    void visit_state([[maybe_unused]] StateVisitor& visit,
                     [[maybe_unused]] const Parameters<S>& parameters) override {
      if constexpr (requires { optimizer.visit_state(visit, parameters); }) {
        optimizer.visit_state(visit, parameters);
      } else {
        refuse("this optimizer has no visit_state(), so it can't be saved");
      }
    }
    Held* copy() const override { return new Holder(*this); }
    const void* type() const override { return &detail::type_mark<Optimizer>; }
    Optimizer optimizer;
  };

  [[noreturn]] EIGENTRAIN_COLD static void refuse(std::string_view fault) {
    detail::fail({"AnyOptimizer: ", fault});
  }
  Held& held() const {
    if (held_ == nullptr) refuse("it is empty");
    return *held_;
  }

  Held* held_ = nullptr;
};

}  // namespace eigentrain
