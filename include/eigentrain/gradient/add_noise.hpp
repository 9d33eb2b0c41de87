// SPDX-License-Identifier: MIT
// Gradient noise: normal numbers that fade in the course of a training.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/exp.hpp"

namespace eigentrain {

/// The options of add_noise().
struct NoiseOptions {
  double eta = 0.01;    ///< η ≥ 0: the variance in the first step
  double gamma = 0.55;  ///< γ ≥ 0: how fast it fades
};

namespace detail {

/// Standard normal numbers first, first + 1, … of a stream: number e is a function of seed, stream
/// and e.
template <class S>
void draw_normal(S* target, Index first, Index size, std::uint64_t seed, std::uint64_t stream) {
  constexpr Index group = fill_group<S>;
  const NormalDraw<S> draw{S(0), S(1)};
  const auto groups = [&](S* to, Index number, Index count) {
    draw_groups(to, count, seed, stream, static_cast<std::uint64_t>(number) * philox_group_counters,
                draw);
  };
  for (Index at = 0; at < size;) {
    const Index number = (first + at) / group, skipped = (first + at) % group;
    if (skipped == 0 && size - at >= group) {
      const Index whole = (size - at) / group;
      groups(target + at, number, whole);
      at += whole * group;
    } else {
      S buffer[group];
      groups(buffer, number, 1);
      const Index count = std::min(group - skipped, size - at);
      std::copy_n(buffer + skipped, count, target + at);
      at += count;
    }
  }
}

}  // namespace detail

/// The transform made by add_noise().
class AddNoise {
 public:
  static constexpr std::string_view state_name = "add_noise";
  static constexpr std::string_view slot_names[] = {""};
  static constexpr int slots = 1;

  /// How far it is.
  struct Measurement {
    std::uint64_t drawn = 0;  ///< how often noise was drawn

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List&) {
      visit("drawn", drawn);
    }
  };

  /// Takes what add_noise() takes, and throws what it throws.
  AddNoise(const Generator& random, const NoiseOptions& options)
      : seed_(random.seed()), stream_(random.stream()), options_(options) {
    require_in(ranges::not_negative, options.eta, "add_noise", "eta");
    require_in(ranges::not_negative, options.gamma, "add_noise", "gamma");
  }

  const NoiseOptions& options() const { return options_; }

  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("seed", seed_);
    visit("stream", stream_);
  }

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    using S = typename Stream::Scalar;
    // Streams that no user's split(n) gives: from a split of its own.
    const Generator random = Generator(seed_, stream_).split(0x6772616469656e74u);
    const std::uint64_t number = random.split(measured.drawn++).stream();
    stream.for_each_tensor([&](const Tensor<S>& tensor, const auto& alone) {
      S* const stored = alone.state(0) + tensor.state;
      parallel_ranges(alone.size(), Index(1) << 12, [&](Index begin, Index end) {
        detail::draw_normal(stored + begin, tensor.first + begin, end - begin, seed_, number);
      });
    });
  }

  template <class S>
  auto at(const Step& step, const Measurement&) const {
    const Exact fading = log(Exact(static_cast<double>(step.count))) * options_.gamma;
    const Exact deviation = sqrt(Exact(options_.eta) * exp(-fading));
    return [deviation = S(deviation[0])](const auto& u, const auto&, auto& normal) {
      return u + deviation * normal;
    };
  }

 private:
  std::uint64_t seed_, stream_;
  NoiseOptions options_;
};

/// Adds normal noise to what arrives, whose variance fades from step to step:
///
///     u ← u + z,  z ~ N(0, σ²),   σ² = η/(1 + t)^γ      with t = 0 in the first step
///
///     auto optimizer = et::chain<float>(et::add_noise(random.split(3), {.eta = 0.3}),
///                                       et::adam({}));
///
/// The numbers are a function of the generator's seed and stream, of how often noise was drawn, and
/// of an element's number among all elements of the list that aren't frozen: the same for any
/// number of threads and any division into tensors. The generator's position doesn't count, and
/// none is moved on: a step that throws or is skipped by this transform's successors draws the same
/// noise again. Behind clipping, the noise isn't clipped. Needs one value a parameter, which is
/// kept like state but carries nothing from step to step.
///
/// η and γ in [0, ∞), else std::invalid_argument. Neelakantan, Vilnis, Le, Sutskever, Kaiser,
/// Kurach & Martens, "Adding gradient noise improves learning for very deep networks", 2015, who
/// choose η from 0.01, 0.3 and 1. As optax.add_noise.
inline AddNoise add_noise(const Generator& random, const NoiseOptions& options = {}) {
  return AddNoise(random, options);
}

}  // namespace eigentrain
