// SPDX-License-Identifier: MIT
// What all normalizations have in common, for every place that the channels' axis can have.
#include <memory>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/core/parameters.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/group_norm.hpp"
#include "eigentrain/layers/instance_norm.hpp"
#include "eigentrain/layers/layer_norm.hpp"
#include "eigentrain/layers/rms_norm.hpp"
#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;
using Eigen::Index;

namespace {

/// One normalization, whichever it is.
template <class S>
struct AnyNorm {
  virtual ~AnyNorm() = default;
  virtual void forward(const et::Channels<const S>&, const et::Channels<S>&) = 0;
  virtual void evaluate(const et::Channels<const S>&, const et::Channels<S>&) const = 0;
  virtual void backward(const et::Channels<const S>&, const et::Channels<S>&) = 0;
  virtual void add_to(et::Parameters<S>&) = 0;
  // A value's set: what is normalized together.
  virtual Index set(Index n, Index place, Index channel) const = 0;
  bool centered = true;
  double epsilon = 1e-5;
};

/// `group` channels of a sample are normalized together; `place` and `sample` say whether values of
/// different places and samples are.
template <class S, class Norm>
struct Wrapped : AnyNorm<S> {
  Wrapped(Norm made, Index g, bool p, bool s) : norm(made), group(g), place(p), sample(s) {}
  void forward(const et::Channels<const S>& x, const et::Channels<S>& y) override {
    norm.forward(x, y);
  }
  void evaluate(const et::Channels<const S>& x, const et::Channels<S>& y) const override {
    norm.evaluate(x, y);
  }
  void backward(const et::Channels<const S>& dy, const et::Channels<S>& dx) override {
    norm.backward(dy, dx);
  }
  void add_to(et::Parameters<S>& list) override { norm.add_to(list, "norm"); }
  Index set(Index n, Index p, Index c) const override {
    return (sample ? 0 : n * 1000000) + (place ? 0 : p * 1000) + c / group;
  }
  Norm norm;
  Index group;
  bool place, sample;
};

const char* const names[] = {"batch", "layer", "rms", "group", "instance"};

template <class S>
std::unique_ptr<AnyNorm<S>> make(int which, Index channels) {
  const auto wrap = [](auto norm, Index group, bool place, bool sample) {
    using Made = Wrapped<S, decltype(norm)>;
    return std::unique_ptr<AnyNorm<S>>(std::make_unique<Made>(norm, group, place, sample));
  };
  if (which == 0) return wrap(et::BatchNorm<S>(channels), 1, true, true);
  if (which == 1) return wrap(et::LayerNorm<S>(channels), channels, false, false);
  if (which == 2) {
    auto rms = wrap(et::RmsNorm<S>(channels), channels, false, false);
    rms->centered = false;
    rms->epsilon = 1e-6;
    return rms;
  }
  const Index groups = channels % 3 == 0 ? channels / 3 : 1;
  if (which == 3) {
    return wrap(et::GroupNorm<S>(channels, {.groups = groups}), channels / groups, true, false);
  }
  return wrap(et::InstanceNorm<S>(channels), 1, true, false);
}

/// A batch in memory of its own, with `gap` values that nobody may touch behind each position.
template <class S>
struct Place {
  Place(Index n, Index p, Index c, Index i, std::uint32_t seed, Index gap = 0)
      : values(noise_batch<S>(c * i + gap, n * p, seed)),
        before(values),
        view{values.data(), n, p, c, i, c * i + gap} {}
  Place(const Place&) = delete;

  S& at(Index n, Index p, Index c, Index i) {
    return view.data[(n * view.positions + p) * view.stride + c * view.inner + i];
  }
  bool gaps_intact() const {
    const Index used = view.channels * view.inner;
    return same_bits(values.bottomRows(values.rows() - used),
                     before.bottomRows(values.rows() - used));
  }
  /// Calls f(n, place, channel, value).
  template <class F>
  void each(const F& f) {
    for (Index n = 0; n < view.samples; ++n) {
      for (Index p = 0; p < view.positions; ++p) {
        for (Index c = 0; c < view.channels; ++c) {
          for (Index i = 0; i < view.inner; ++i) f(n, p * view.inner + i, c, at(n, p, c, i));
        }
      }
    }
  }

  Batch<S> values, before;
  et::Channels<S> view;
};

struct Shape {
  Index samples, positions, channels, inner;
};

// Matrices, channels first, last, and in the middle; all tails of the registers; more channels and
// places than a block takes.
const Shape shapes[] = {{5, 1, 6, 7},   {5, 7, 6, 1},   {3, 4, 9, 5},  {2, 1, 33, 31},
                        {2, 31, 33, 1}, {2, 2, 1, 300}, {3, 1, 3, 64}, {1, 5, 300, 3},
                        {2, 3, 513, 1}, {9, 2, 17, 1},  {2, 1, 2, 17}};

/// The definition, in long double.
template <class S>
std::vector<double> reference(const AnyNorm<S>& norm, Place<S>& x, const std::vector<S>& gamma,
                              const std::vector<S>& beta) {
  struct Moments {
    Index set;
    long double count = 0, sum = 0, squares = 0;
  };
  std::vector<Moments> sets;
  const auto find = [&](Index set) -> Moments& {
    for (Moments& known : sets) {
      if (known.set == set) return known;
    }
    sets.push_back({set});
    return sets.back();
  };
  x.each([&](Index n, Index place, Index c, S value) {
    Moments& set = find(norm.set(n, place, c));
    set.count += 1;
    set.sum += static_cast<long double>(value);
  });
  const auto center = [&](const Moments& set) { return norm.centered ? set.sum / set.count : 0; };
  x.each([&](Index n, Index place, Index c, S value) {
    Moments& set = find(norm.set(n, place, c));
    const long double d = static_cast<long double>(value) - center(set);
    set.squares += d * d;
  });
  std::vector<double> result;
  x.each([&](Index n, Index place, Index c, S value) {
    const Moments& set = find(norm.set(n, place, c));
    const long double normalized = (static_cast<long double>(value) - center(set)) /
                                   std::sqrt(set.squares / set.count + norm.epsilon);
    const auto f = static_cast<std::size_t>(c);
    result.push_back(static_cast<double>(gamma[f] * normalized + beta[f]));
  });
  return result;
}

/// γ and β that differ from channel to channel; β only where the normalization has one.
template <class S>
void set_parameters(et::Parameters<S>& list, std::vector<S>& gamma, std::vector<S>& beta) {
  const auto channels = static_cast<std::size_t>(list.count(0));
  gamma.assign(channels, S(0));
  beta.assign(channels, S(0));
  for (std::size_t c = 0; c < channels; ++c) {
    gamma[c] = S(1.5) - S(0.25) * static_cast<S>(c % 11);
    list[0].parameter.data[c] = gamma[c];
    if (list.size() == 1) continue;
    beta[c] = S(0.125) * static_cast<S>(c % 5) - S(0.25);
    list[1].parameter.data[c] = beta[c];
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a normalization is its definition, at every level and in place", "[norms]",
                   float, double) {
  using S = TestType;
  const double tolerance = sizeof(S) == 4 ? 4e-6 : 1e-13;
  for (int which = 0; which < 5; ++which) {
    for (const Shape& shape : shapes) {
      const auto [n, p, c, i] = shape;
      CAPTURE(names[which], n, p, c, i);
      std::uint64_t bits[5] = {};
      at_every_level([&, samples = n, positions = p, channels = c, inner = i] {
        const auto norm = make<S>(which, channels);
        et::Parameters<S> list;
        norm->add_to(list);
        CHECK(!list.options(0).weight_decay);
        std::vector<S> gamma, beta;
        set_parameters(list, gamma, beta);
        Place<S> x(samples, positions, channels, inner, 1, 3);
        Place<S> y(samples, positions, channels, inner, 2, 1);
        Place<S> dy(samples, positions, channels, inner, 3),
            dx(samples, positions, channels, inner, 4, 2);
        norm->forward(x.view, y.view);
        double worst = 0.0;
        if (bits[0] == 0) {
          const std::vector<double> expected = reference(*norm, x, gamma, beta);
          std::size_t k = 0;
          y.each([&](Index, Index, Index, S value) {
            const double off = std::abs(static_cast<double>(value) - expected[k++]);
            worst = off <= worst ? worst : off;
          });
        }
        CHECK(worst < tolerance);
        norm->backward(dy.view, dx.view);
        const bool intact = x.gaps_intact() && y.gaps_intact() && dx.gaps_intact() &&
                            same_bits(x.values, x.before) && same_bits(dy.values, dy.before);
        CHECK(intact);
        Place<S> evaluated(samples, positions, channels, inner, 5);
        norm->evaluate(x.view, evaluated.view);
        bool same = true;
        std::vector<S> forwards;
        y.each([&](Index, Index, Index, S value) { forwards.push_back(value); });
        std::size_t k = 0;
        evaluated.each(
            [&](Index, Index, Index, S value) { same = same && value == forwards[k++]; });
        CHECK(same == (which > 0));  // batch norm evaluates by other statistics
        Eigen::Map<const Eigen::Matrix<S, Eigen::Dynamic, 1>> slope(list[0].gradient.data,
                                                                    channels);
        const std::uint64_t now[5] = {hash(y.values), hash(dx.values), hash(slope), 1,
                                      hash(evaluated.values)};
        for (int j = 0; j < 5; ++j) {
          if (bits[j] == 0) bits[j] = now[j];
          CHECK(bits[j] == now[j]);
        }
        norm->backward(dy.view, dy.view);
        k = 0;
        same = true;
        dx.each(
            [&](Index, Index, Index, S value) { same = same && value == dy.values.data()[k++]; });
        CHECK(same);
      });
    }
  }
}

TEST_CASE("the backward of a normalization is its derivative", "[norms]") {
  for (int which = 0; which < 5; ++which) {
    for (const auto& [n, p, c, i] : {Shape{2, 1, 6, 3}, Shape{3, 2, 6, 1}, Shape{2, 2, 3, 2}}) {
      CAPTURE(names[which], n, p, c, i);
      const auto norm = make<double>(which, c);
      et::Parameters<double> list;
      norm->add_to(list);
      std::vector<double> gamma, beta;
      set_parameters(list, gamma, beta);
      Place<double> x(n, p, c, i, 1), y(n, p, c, i, 2), dx(n, p, c, i, 4);
      const Batch<double> weights = noise_batch<double>(c * i, n * p, 9);
      const auto loss = [&] {
        norm->forward(x.view, y.view);
        return (weights.array() * y.values.array() * (1.0 + y.values.array())).sum();
      };
      loss();
      y.values = weights.array() * (1.0 + 2.0 * y.values.array());
      norm->backward(y.view, dx.view);
      std::vector<Eigen::VectorXd> slopes;
      for (Index k = 0; k < list.size(); ++k) {
        slopes.emplace_back(Eigen::Map<const Eigen::VectorXd>(list[k].gradient.data, c));
      }
      const auto slope = [&](double& value) {
        const double h = 1e-5, middle = value;
        value = middle + h;
        const double above = loss();
        value = middle - h;
        const double below = loss();
        value = middle;
        return (above - below) / (2 * h);
      };
      for (Index k = 0; k < x.values.size(); ++k) {
        CHECK(dx.values.data()[k] == Approx(slope(x.values.data()[k])).epsilon(1e-5).margin(1e-6));
      }
      for (Index k = 0; k < list.size(); ++k) {
        for (Index f = 0; f < c; ++f) {
          CHECK(slopes[static_cast<std::size_t>(k)][f] ==
                Approx(slope(list[k].parameter.data[f])).epsilon(1e-5).margin(1e-6));
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("a normalization of constants gives beta", "[norms]", float, double) {
  using S = TestType;
  for (int which = 0; which < 5; ++which) {
    if (which == 2) continue;  // has no mean to take away
    for (const double value : {0.1, 1e6, -12345.678, 1e30}) {
      for (const auto& [n, p, c, i] : {Shape{2, 1, 6, 37}, Shape{2, 37, 6, 1}}) {
        CAPTURE(names[which], value, i);
        const auto norm = make<S>(which, c);
        et::Parameters<S> list;
        norm->add_to(list);
        std::vector<S> gamma, beta;
        set_parameters(list, gamma, beta);
        Place<S> x(n, p, c, i, 1);
        x.values.setConstant(static_cast<S>(value));
        norm->forward(x.view, x.view);
        bool exact = true;
        x.each([&](Index, Index, Index f, S y) {
          exact = exact && y == beta[static_cast<std::size_t>(f)];
        });
        CHECK(exact);
      }
    }
  }
}

TEST_CASE("values that no cache holds have the same bits at every level", "[norms]") {
  // Wide registers are then stored past the caches.
  std::uint64_t bits[2] = {};
  at_every_level([&] {
    et::BatchNorm<float> norm(4);
    Place<float> x(2, 1, 4, 1 << 19, 1), y(2, 1, 4, 1 << 19, 2);
    norm.forward(x.view, y.view);
    const std::uint64_t forward = hash(y.values);
    norm.backward(x.view, y.view);
    const std::uint64_t now[2] = {forward, hash(y.values)};
    for (int k = 0; k < 2; ++k) {
      if (bits[k] == 0) bits[k] = now[k];
      CHECK(bits[k] == now[k]);
    }
  });
}
