// SPDX-License-Identifier: MIT
// The table of all clippings, for the tests of what they have in common. A new one, or an option
// that changes its rule, is one more line in it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/clip_adaptive.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/clip_tensor.hpp"
#include "eigentrain/gradient/clip_value.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain::test {

/// A chain with any clipping of the table, so that a test is compiled once and not once a clipping.
template <class S>
class AnyClipping {
 public:
  /// p ← p − clipped gradient, or with momentum in between.
  template <class Clipping>
  AnyClipping(const Clipping& clipping, double momentum) {
    if (momentum == 0.0) {
      hold<Clipping>(chain<S>(clipping, descend(1.0)));
    } else {
      hold<Clipping>(
          chain<S>(clipping, eigentrain::momentum({.momentum = momentum}), descend(1.0)));
    }
  }

  bool step(Parameters<S>& parameters) { return self_->step(parameters); }
  std::int64_t count() const { return self_->count(); }
  SkipCounts skips() const { return self_->skips(); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual bool step(Parameters<S>& parameters) = 0;
    virtual std::int64_t count() const = 0;
    virtual SkipCounts skips() const = 0;
  };
  template <class Clipping, class Chain>
  struct Holder final : Base {
    explicit Holder(Chain held) : chain(std::move(held)) {}
    bool step(Parameters<S>& parameters) override { return chain.step(parameters); }
    std::int64_t count() const override { return chain.count(); }
    SkipCounts skips() const override {
      if constexpr (detail::Measuring<Clipping>) {
        return chain.template measured<Clipping>();
      } else {
        return {};
      }
    }
    Chain chain;
  };
  template <class Clipping, class Chain>
  void hold(Chain chain) {
    self_ = std::make_unique<Holder<Clipping, Chain>>(std::move(chain));
  }
  std::unique_ptr<Base> self_;
};

template <class S>
struct ClippingCase {
  std::string owner;  ///< how its messages begin
  std::string owner_in_place;
  std::uint64_t hash;  ///< of what it makes of the gradients of gradient/properties.cpp
  bool global;         ///< the division into tensors doesn't matter
  bool judges;         ///< it has a policy for what isn't finite
  AnyClipping<S> (*chain)(const NonFiniteOptions& options, double momentum);
  void (*in_place)(Parameters<S>& parameters);
  std::vector<void (*)(Parameters<S>& parameters)> wrong;  ///< calls with options out of range
};

template <class S>
std::vector<ClippingCase<S>> clippings() {
  using P = Parameters<S>&;
  using O = const NonFiniteOptions&;
  using Any = AnyClipping<S>;
  constexpr bool is_double = sizeof(S) == 8;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  // clang-format off
  return {
      {"clip_by_global_norm", "clip_gradient_norm", is_double ? 0x33349b87ab7285ceu : 0x812bac93eca2a563u, true, true,
       [](O o, double m) { return Any(clip_by_global_norm(0.75, {.non_finite = o}), m); },
       [](P p) { clip_gradient_norm(p, S(0.75)); },
       {[](P) { clip_by_global_norm(0.0); }, [](P) { clip_by_global_norm(nan); }, [](P p) { clip_gradient_norm(p, S(-1)); }, [](P p) { clip_gradient_norm(p, S(nan)); }}},
      {"clip_by_global_norm", "clip_gradient_norm", is_double ? 0x31fd2aee56f84daeu : 0x3300088ef889d4dbu, true, true,
       [](O o, double m) { return Any(clip_by_global_norm(3.0, {.order = 1.0, .non_finite = o}), m); },
       [](P p) { clip_gradient_norm(p, S(3), {.order = 1.0}); },
       {[](P) { clip_by_global_norm(1.0, {.order = 0.5}); }, [](P p) { clip_gradient_norm(p, S(1), {.order = 0.0}); }}},
      {"clip_by_global_norm", "clip_gradient_norm", is_double ? 0x78305784a8c02155u : 0xb1b4f0faa8cf5be6u, true, true,
       [](O o, double m) { return Any(clip_by_global_norm(0.75, {.order = 3.5, .non_finite = o}), m); },
       [](P p) { clip_gradient_norm(p, S(0.75), {.order = 3.5}); },
       {[](P) { clip_by_global_norm(1.0, {.order = nan}); }, [](P p) { clip_gradient_norm(p, S(1), {.order = nan}); }}},
      {"clip_by_global_norm", "clip_gradient_norm", is_double ? 0xbab018762f7ad579u : 0x57f71ee99f0c77bbu, true, true,
       [](O o, double m) { return Any(clip_by_global_norm(0.75, {.order = infinity, .non_finite = o}), m); },
       [](P p) { clip_gradient_norm(p, S(0.75), {.order = infinity}); },
       {[](P) { clip_by_global_norm(1.0, {.non_finite = {.most_skips = -1}}); }, [](P p) { clip_gradient_norm(p, S(1), {.non_finite = {.most_skips = -1}}); }}},
      {"clip_by_value", "clip_gradient_value", is_double ? 0x31823d3e1a4e4cfu : 0xf2baaf6be5af00abu, true, false,
       [](O, double m) { return Any(clip_by_value(0.3125), m); },
       [](P p) { clip_gradient_value(p, S(0.3125)); },
       {[](P) { clip_by_value(0.0); }, [](P) { clip_by_value(-infinity); }, [](P p) { clip_gradient_value(p, S(0)); }}},
      {"clip_by_value", "clip_gradient_value", is_double ? 0x2ccd07f3728bf033u : 0x2bf4a8284c8ec2a0u, true, false,
       [](O, double m) { return Any(clip_by_value(-0.125, 0.5), m); },
       [](P p) { clip_gradient_value(p, S(-0.125), S(0.5)); },
       {[](P) { clip_by_value(1.0, 0.0); }, [](P) { clip_by_value(nan, 1.0); }, [](P p) { clip_gradient_value(p, S(1), S(1)); }}},
      {"clip_by_tensor_norm", "clip_gradient_tensor_norm", is_double ? 0x755b4f7169dcd709u : 0x740c069169fd397du, false, true,
       [](O o, double m) { return Any(clip_by_tensor_norm(0.75, o), m); },
       [](P p) { clip_gradient_tensor_norm(p, S(0.75)); },
       {[](P) { clip_by_tensor_norm(0.0); }, [](P p) { clip_gradient_tensor_norm(p, S(nan)); }}},
      {"clip_by_block_rms", "clip_gradient_block_rms", is_double ? 0x9dd8988e26cbf295u : 0x2c3205f85750a382u, false, true,
       [](O o, double m) { return Any(clip_by_block_rms(0.25, o), m); },
       [](P p) { clip_gradient_block_rms(p, S(0.25)); },
       {[](P) { clip_by_block_rms(-1.0); }, [](P p) { clip_gradient_block_rms(p, S(0)); }}},
      {"clip_adaptive", "clip_gradient_adaptive", is_double ? 0x965a021d6bea7651u : 0x9894e9b84a192cbu, false, true,
       [](O o, double m) { return Any(clip_adaptive({.clipping = 0.25, .non_finite = o}), m); },
       [](P p) { clip_gradient_adaptive(p, {.clipping = 0.25}); },
       {[](P) { clip_adaptive({.clipping = 0.0}); }, [](P) { clip_adaptive({.least_weight = infinity}); }, [](P p) { clip_gradient_adaptive(p, {.clipping = nan}); }}},
  };
  // clang-format on
}

}  // namespace eigentrain::test
