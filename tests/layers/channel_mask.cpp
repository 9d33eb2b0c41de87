// SPDX-License-Identifier: MIT
#include "eigentrain/layers/channel_mask.hpp"

#include <unsupported/Eigen/CXX11/Tensor>

#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;
using et::detail::ChannelMask;

namespace {

/// Value by value, from the definition alone.
template <class S, int Layout>
bool is_right(Eigen::Tensor<S, 4, Layout>& x, int channel, int sample) {
  et::Generator random(7), other(7);
  Eigen::Tensor<S, 4, Layout> y(x.dimensions());
  const auto shape = et::detail::activation_shape(x);
  ChannelMask mask;
  mask.draw(shape, channel, sample, 0.4, random);
  mask.apply(et::detail::memory_of<const S>(x), et::detail::memory_of<S>(y), shape);
  const auto count = [&](int axis) { return axis < 0 ? 1 : shape.sizes[axis]; };
  et::detail::DropoutMask bits;
  bits.draw(count(channel) * count(sample), 0.4, other);
  Eigen::array<Eigen::Index, 4> at{};
  bool right = random == other;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const auto place = [&](int axis) { return axis < 0 ? 0 : at[static_cast<std::size_t>(axis)]; };
    const bool gone = bits.is_dropped(place(channel) + place(sample) * count(channel));
    right = right && y(at) == (gone ? S(0) : x(at) * static_cast<S>(1 / (1 - 0.4)));
    for (std::size_t k = 0; k < 4; ++k) {
      if (++at[k] < x.dimensions()[k]) break;
      at[k] = 0;
    }
  }
  return right;
}

template <class S, int Layout>
bool all_right(Eigen::Index a, Eigen::Index b, Eigen::Index c, Eigen::Index d) {
  Eigen::Tensor<S, 4, Layout> x(a, b, c, d);
  const Batch<S> noise = noise_batch<S>(x.size(), 1, 3);
  std::copy_n(noise.data(), x.size(), x.data());
  bool right = true;
  for (int channel = -1; channel < 4; ++channel) {
    for (int sample = -1; sample < 4; ++sample) {
      if (channel != sample) right = right && is_right(x, channel, sample);
    }
  }
  return right;
}

}  // namespace

TEST_CASE("channels are dropped along any two axes, in both layouts") {
  at_every_level([] {
    CHECK(all_right<float, Eigen::ColMajor>(5, 4, 3, 7));
    CHECK(all_right<float, Eigen::RowMajor>(5, 4, 3, 7));
    CHECK(all_right<float, Eigen::ColMajor>(21, 19, 2, 1));
    CHECK(all_right<double, Eigen::RowMajor>(2, 3, 5, 19));
    CHECK(all_right<double, Eigen::ColMajor>(1, 600, 2, 3));
  });
}

TEMPLATE_TEST_CASE("rows, columns and values of matrices with gaps", "", float, double) {
  using S = TestType;
  at_every_level([] {
    for (const Eigen::Index rows : {3, 18, 600}) {
      const Batch<S> x = noise_batch<S>(rows, 11, 1);
      for (const auto& [channel, sample] : {std::pair{0, -1}, {1, -1}, {0, 1}, {-1, 1}, {1, 0}}) {
        Placed<S> from(x, 1, 2), to(Batch<S>::Zero(rows, 11), 3, 1);
        const auto shape = et::detail::activation_shape(from.view);
        et::Generator random(5), other(5);
        ChannelMask mask;
        mask.draw(shape, channel, sample, 0.5, random);
        mask.apply(et::detail::memory_of<const S>(from.view), et::detail::memory_of<S>(to.view),
                   shape);
        et::detail::DropoutMask bits;
        bits.draw((channel < 0 ? 1 : shape.sizes[channel]) * (sample < 0 ? 1 : shape.sizes[sample]),
                  0.5, other);
        bool right = from.intact() && to.intact();
        for (Eigen::Index i = 0; i < rows; ++i) {
          for (Eigen::Index j = 0; j < 11; ++j) {
            const Eigen::Index at[] = {i, j};
            const Eigen::Index bit =
                (channel < 0 ? 0 : at[channel]) +
                (sample < 0 ? 0 : at[sample]) * (channel < 0 ? 1 : shape.sizes[channel]);
            right = right && to.view(i, j) == (bits.is_dropped(bit) ? S(0) : S(2) * x(i, j));
          }
        }
        CHECK(right);
      }
    }
  });
}
