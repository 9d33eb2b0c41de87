// SPDX-License-Identifier: MIT
// Normalization of groups of channels of every sample.
#pragma once

#include "eigentrain/layers/per_sample.hpp"

namespace eigentrain {

/// GroupNorm and InstanceNorm. A group's moments are put together from those of its channels,
/// which are the sets; γ and β have a value a channel. State is Affine, or more.
template <class S, class Norm, class State = Affine<S>>
class GroupedNorm : public PerSample<S, State, Norm> {
  using Base = PerSample<S, State, Norm>;
  friend Base;
  friend Norm;

 public:
  /// The number of groups.
  Eigen::Index groups() const { return groups_; }

 protected:
  /// Throws std::invalid_argument where the features can't be divided so, or ε is out of range.
  GroupedNorm(Eigen::Index features, Eigen::Index groups, double epsilon)
      : Base(features, Norm::name), groups_(groups), epsilon_(epsilon) {
    require_at_least(1, groups, Norm::name, "groups");
    require(features % groups == 0, Norm::name, ": ", features, " features can't be divided into ",
            groups, " groups");
    require_in(ranges::positive, epsilon, Norm::name, "epsilon");
    for (auto* row : {&sums_, &products_}) row->resize(static_cast<std::size_t>(features));
  }

 private:
  using Index = Eigen::Index;
  static constexpr auto weights = detail::Weight::set;
  static constexpr Index most = detail::set_block;

  /// What is known of the groups of a block.
  struct Groups : detail::SetBlock<S> {
    Index first, last;
  };

  /// Of a batch: the sums of all samples' means, and of their squared deviations from them.
  struct Moments {
    double *means = nullptr, *squares = nullptr;
  };

  Index width() const { return this->features() / groups_; }

  void require_values(const Channels<const S>& batch) const {
    const Index values = width() * batch.positions * batch.inner;
    require(values >= 2, Norm::name, ": the input has ", values,
            " values a group and sample, but must have at least 2");
  }
  Index scales(const Channels<const S>& batch) const { return batch.samples * groups_; }

  static detail::SetShape sets(const Channels<const S>& batch) {
    return {batch.channels, batch.positions, batch.inner, batch.inner == 1,
            batch.size() >= detail::large_size<S>};
  }
  template <class T>
  static detail::SetMemory<T> memory(const Channels<T>& batch, Index sample, Index channel) {
    const Index offset = sample * batch.positions * batch.stride + channel * batch.inner;
    return {batch.data + offset, batch.inner, batch.stride};
  }

  // Calls body(groups, sample) for blocks of groups, one sample after the other.
  template <class Body>
  void for_blocks(const Channels<const S>& batch, const Body& body) const {
    const Index wide = most / width();
    const Index fitting =
        batch.inner == 1 ? wide : 8192 / (width() * batch.positions * batch.inner);
    const Index smaller = fitting < wide ? fitting : wide;
    const Index block = smaller < 1 ? 1 : smaller;
    parallel_ranges(groups_, block, [&](Index begin, Index end) {
      for (Index g = begin; g < end; g += block) {
        Groups groups;
        groups.first = g;
        groups.last = g + block < end ? g + block : end;
        for (Index n = 0; n < batch.samples; ++n) body(groups, n);
      }
    });
  }

  // Calls body(channel, count) for the channels of these groups, as many at a time as fit.
  template <class Body>
  void for_channels(const Groups& groups, const Body& body) const {
    const Index end = groups.last * width();
    for (Index c = groups.first * width(); c < end; c += most) {
      body(c, end - c < most ? end - c : most);
    }
  }

  // What is known of a channel is what is known of its group.
  void spread(const Groups& groups, Index channel, Index count, detail::SetBlock<S>& to) const {
    for (Index k = 0; k < count; ++k) {
      const Index g = (channel + k) / width() - groups.first;
      to.mean[k] = groups.mean[g];
      to.mean_rest[k] = groups.mean_rest[g];
      to.scale[k] = groups.scale[g];
    }
  }

  Moments clear_sums() {
    for (std::size_t c = 0; c < sums_.size(); ++c) sums_[c] = products_[c] = 0.0;
    return {sums_.data(), products_.data()};
  }

  // Adds the batch to `all`, if that is anywhere.
  template <detail::Walk W>
  void normalize(const Channels<const S>& input, const Channels<S>& output,
                 const Channels<S>& normalized, S* scales, const Moments& all = {}) const {
    const detail::SetShape shape = sets(input);
    const double size = shape.size(), total = size * static_cast<double>(width());
    for_blocks(input, [&](Groups& groups, Index n) {
      detail::SetBlock<S> block;
      for_channels(groups, [&](Index c, Index count) {
        detail::set_moments<true, S, W>(shape.part(count), memory(input, n, c), block.sums,
                                        block.products);
        for (Index k = 0; k < count; ++k) {
          // Chan's formula, which leaves the mean and the deviations of constants exact.
          const Index g = (c + k) / width() - groups.first, before = (c + k) % width();
          const bool first = before == 0;
          const Exact mean = first ? block.sums[k] : groups.sums[g];
          const Exact distance = Exact(block.sums[k]) - mean;
          const Exact share = Exact(1.0) / Exact(static_cast<double>(before + 1));
          const Exact between = distance * distance * (size * static_cast<double>(before)) * share;
          groups.sums[g] = (mean + distance * share)[0];
          groups.products[g] =
              (Exact(first ? 0.0 : groups.products[g]) + block.products[k] + between)[0];
        }
      });
      const Index count = groups.last - groups.first;
      detail::set_normalization<S>(count, total, epsilon_, groups.sums, groups.products,
                                   groups.by(groups.scale));
      if (scales != nullptr) {
        for (Index g = 0; g < count; ++g) scales[n * groups_ + groups.first + g] = groups.scale[g];
      }
      for (Index g = 0; all.means != nullptr && g < count; ++g) {
        all.means[groups.first + g] += groups.sums[g];
        all.squares[groups.first + g] += groups.products[g];
      }
      for_channels(groups, [&](Index c, Index channels) {
        spread(groups, c, channels, block);
        detail::set_normalize<weights, S, W>(
            shape.part(channels), memory(input, n, c), memory(output, n, c),
            memory(normalized, n, c), block.by(block.scale), this->row(0) + c, this->row(2) + c);
      });
    });
  }

  template <detail::Walk W>
  void differentiate(const Channels<const S>& gradient, const Channels<S>& result,
                     const Channels<const S>& kept, const S* scales) {
    const detail::SetShape shape = sets(gradient);
    const double total = shape.size() * static_cast<double>(width());
    clear_sums();
    for_blocks(gradient, [&](Groups& groups, Index n) {
      detail::SetBlock<S> block;
      const Index count = groups.last - groups.first;
      for (Index g = 0; g < count; ++g) {
        groups.sums[g] = groups.products[g] = 0.0;
        groups.scale[g] = scales[n * groups_ + groups.first + g];
      }
      const auto values = [&](Index c) -> detail::NormalizedBatch<S, false> {
        return {memory(kept, n, c)};
      };
      for_channels(groups, [&](Index c, Index channels) {
        detail::set_gradient_sums<detail::Weight::none, S, W>(shape.part(channels),
                                                              memory(gradient, n, c), values(c),
                                                              nullptr, block.sums, block.products);
        for (Index k = 0; k < channels; ++k) {
          const auto all = static_cast<std::size_t>(c + k);
          const Index g = (c + k) / width() - groups.first;
          const Exact gamma = static_cast<double>(this->row(0)[c + k]);
          groups.sums[g] = (gamma * block.sums[k] + groups.sums[g])[0];
          groups.products[g] = (gamma * block.products[k] + groups.products[g])[0];
          sums_[all] += block.sums[k];
          products_[all] += block.products[k];
        }
      });
      detail::set_means<S>(count, total, groups.sums, groups.products, groups.mean,
                           groups.mean_rest);
      for_channels(groups, [&](Index c, Index channels) {
        spread(groups, c, channels, block);
        detail::set_input_gradient<weights, S, W>(shape.part(channels), memory(gradient, n, c),
                                                  memory(result, n, c), values(c), this->row(0) + c,
                                                  {block.mean, block.mean_rest, block.scale});
      });
    });
    detail::set_means<S>(this->features(), 1.0, sums_.data(), products_.data(), this->row(3),
                         this->row(1));
  }

  Index groups_;
  double epsilon_;
  detail::Buffer<double> sums_, products_;  // of all samples: moments, or the gradients of β and γ
};

}  // namespace eigentrain
