// SPDX-License-Identifier: MIT
// Masks that drop whole channels of whole samples, one bit for each, in tensors of any layout.
#pragma once

#include "eigentrain/layers/columns.hpp"
#include "eigentrain/layers/dropout_kernels.hpp"

namespace eigentrain {

/// What stands for an axis that isn't named.
struct NoAxis {
  static constexpr int automatic = -2;  ///< rows are channels, columns samples
  static constexpr int none = -1;       ///< there is none
};

namespace detail {

/// A tensor in memory as five axes, the fastest first: pixels, channels or samples, pixels, samples
/// or channels, pixels.
struct ChannelWalk {
  struct Level {
    Index count = 1, stride = 1;
    Index bits = 0;  ///< how many bits of the mask apart neighbours are
  };
  Level levels[5];

  /// `stride` is that of a matrix's second axis in memory; tensors have no gaps.
  EIGENTRAIN_NOINLINE ChannelWalk(const ActivationShape& shape, Index stride, int channel,
                                  int sample) {
    Index step = 1, level = 0;
    for (int k = 0; k < shape.rank; ++k) {
      const int axis = shape.row_major ? shape.rank - 1 - k : k;
      if (k == 1 && shape.rank == 2) step = stride;
      const bool is_named = axis == channel || axis == sample;
      if (is_named) ++level;
      Level& at = levels[level];
      if (at.count == 1) at.stride = step;
      at.count *= shape.sizes[axis];
      if (is_named) {
        at.bits = axis == channel || channel < 0 ? 1 : shape.sizes[channel];
        ++level;
      }
      step *= shape.sizes[axis];
    }
  }
};

/// A stretch of values: all ones in `kept` where they stay.
template <class S>
void keep_words(const UnsignedOf<S>* kept, const S* source, S* target, Index size, S scale) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    const KeepOrFill<S> by{.scale = scale};
    const auto pass = [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
      keep_lanes<false, S, N>(Words<UnsignedOf<S>, N>::load(kept + i), source + i, target + i, by);
    };
    for_lanes<Bytes / static_cast<int>(sizeof(S))>(0, size, pass);
  });
}

/// target = source·scale
template <class S>
void scale_run(const S* source, S* target, Index size, S scale) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    const auto pass = [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
      (Packet<S, N>::load(source + i) * Packet<S, N>(scale)).store(target + i);
    };
    for_lanes<Bytes / static_cast<int>(sizeof(S))>(0, size, pass);
  });
}

/// One bit a channel and sample, channel c of sample s having the number c + s·channels: the same
/// for every layout.
class ChannelMask {
 public:
  /// Throws std::invalid_argument unless the axes are two of the shape's or none, and one of them
  /// is named.
  EIGENTRAIN_NOINLINE static void check_axes(const ActivationShape& shape, int channel, int sample,
                                             const char* owner) {
    const auto check = [&](int axis, const char* name) {
      if (axis >= NoAxis::none && axis < shape.rank) return;
      fail({owner, ": ", name, " must be in [0, ", shape.rank - 1, "] for ", shape.text().letters,
            ", got ", axis});
    };
    check(channel, "channel_axis");
    check(sample, "sample_axis");
    require(channel != sample, owner,
            channel < 0 ? ": there must be a channel_axis or a sample_axis"
                        : ": channel_axis and sample_axis must differ");
  }

  /// Draws the bits of a batch. Takes 512 words of the generator for every begun 512 of them.
  template <std::same_as<Generator> Random>
  void draw(const ActivationShape& shape, int channel, int sample, double rate, Random& random) {
    channel_ = channel;
    sample_ = sample;
    is_identity_ = rate == 0.0;
    scale_ = 1.0 / (1.0 - rate);
    const Index channels = channel < 0 ? 1 : shape.sizes[channel];
    const Index samples = sample < 0 ? 1 : shape.sizes[sample];
    bits_.draw(channels * samples, rate, random);
  }

  /// target = source·1/(1 − p) where kept, else 0. They may be the same.
  template <class S>
  void apply(const Memory<const S>& source, const Memory<S>& target,
             const ActivationShape& shape) const {
    if (is_identity_) return copy_activations(source, target);
    if (source.size() == 0) return;
    const auto walk = [&](const auto& memory) {
      const Index fast = shape.sizes[shape.row_major ? shape.rank - 1 : 0];
      return ChannelWalk(shape, memory.outer > 1 ? memory.stride : fast, channel_, sample_);
    };
    const ChannelWalk in = walk(source), out = walk(target);
    const auto* const l = in.levels;
    const Index parts = l[3].count * l[4].count, part = source.size() / parts;
    parallel_ranges(parts, part < 32768 ? 32768 / part : 1, [&](Index begin, Index end) {
      for (Index k = begin; k < end; ++k) {
        const Index near = k % l[3].count, far = k / l[3].count;
        const auto offset = [&](const ChannelWalk& w) {
          return near * w.levels[3].stride + far * w.levels[4].stride;
        };
        apply_part(in, out, near * l[3].bits, source.data + offset(in), target.data + offset(out));
      }
    });
  }

 private:
  // The three fastest axes.
  template <class S>
  void apply_part(const ChannelWalk& in, const ChannelWalk& out, Index first_bit, const S* source,
                  S* target) const {
    const auto *const l = in.levels, *const m = out.levels;
    const S scale = static_cast<S>(scale_);
    const Index run = l[0].count;
    const auto is_dropped = [&](Index i) { return bits_.is_dropped(first_bit + i * l[1].bits); };
    if (run >= 16 || l[1].stride != run || m[1].stride != run) {
      for (Index i = 0; i < l[1].count; ++i) {
        const bool zeros = is_dropped(i);
        for (Index k = 0; k < l[2].count; ++k) {
          S* const to = target + i * m[1].stride + k * m[2].stride;
          if (zeros) {
            std::memset(to, 0, static_cast<std::size_t>(run) * sizeof(S));
          } else {
            scale_run(source + i * l[1].stride + k * l[2].stride, to, run, scale);
          }
        }
      }
      return;
    }
    // Neighbours have different bits, in the same order for all pixels.
    constexpr Index most = 512;
    UnsignedOf<S> kept[most];
    const Index period = run * l[1].count;
    for (Index first = 0; first < period; first += most) {
      const Index count = period - first < most ? period - first : most;
      for (Index i = 0; i < count; ++i) {
        kept[i] = static_cast<UnsignedOf<S>>(is_dropped((first + i) / run) ? 0 : -1);
      }
      for (Index k = 0; k < l[2].count; ++k) {
        keep_words(kept, source + first + k * l[2].stride, target + first + k * m[2].stride, count,
                   scale);
      }
    }
  }

  DropoutMask bits_;
  int channel_ = NoAxis::none, sample_ = NoAxis::none;
  bool is_identity_ = false;
  double scale_ = 1.0;
};

}  // namespace detail

}  // namespace eigentrain
