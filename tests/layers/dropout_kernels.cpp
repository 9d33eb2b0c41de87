// SPDX-License-Identifier: MIT
#include "eigentrain/layers/dropout_kernels.hpp"

#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;

TEMPLATE_TEST_CASE("values are kept or filled by their bits, with gaps and without", "", float,
                   double) {
  using S = TestType;
  et::Generator random(5);
  et::detail::DropoutMask mask;
  const Batch<S> x = noise_batch<S>(61, 37, 1);  // four blocks and a bit
  mask.draw(x.size(), 0.25, random);
  const et::detail::KeepOrFill<S> by{.scale = S(1.5), .shift = S(0.25), .filler = S(-3)};
  at_every_level([&] {
    for (const Eigen::Index gap : {0, 3}) {
      Placed<S> from(x, 1, gap), to(Batch<S>::Zero(61, 37), 2, 3 - gap);
      const auto source = et::detail::memory_of<const S>(from.view);
      const auto target = et::detail::memory_of<S>(to.view);
      et::detail::apply_mask<true, S>(mask, source, target, by);
      bool filled = true;
      for (Eigen::Index i = 0; i < x.size(); ++i) {
        const S expected = mask.is_dropped(i) ? S(-3) : x.data()[i] * S(1.5) + S(0.25);
        filled = filled && to.view(i % 61, i / 61) == expected;
      }
      CHECK(filled);
      et::detail::apply_mask<false, S>(mask, source, target, by);
      bool zeroed = true;
      for (Eigen::Index i = 0; i < x.size(); ++i) {
        const S expected = mask.is_dropped(i) ? S(0) : x.data()[i] * S(1.5);
        zeroed = zeroed && to.view(i % 61, i / 61) == expected;
      }
      CHECK(zeroed);
      CHECK((from.intact() && to.intact()));
    }
  });
}

// Where the target begins within a line decides which values go first.
TEMPLATE_TEST_CASE("values are kept by their bits wherever the target begins", "", float, double) {
  using S = TestType;
  et::Generator random(6);
  et::detail::DropoutMask mask;
  const Batch<S> x = noise_batch<S>(1100, 1, 1);  // two blocks and a bit
  mask.draw(x.size(), 0.3, random);
  at_every_level([&] {
    for (Eigen::Index offset = 0; offset < 17; ++offset) {
      Placed<S> from(x, 3, 0), to(Batch<S>::Zero(1100, 1), offset, 0);
      et::detail::apply_mask<false, S>(mask, et::detail::memory_of<const S>(from.view),
                                       et::detail::memory_of<S>(to.view), {.scale = S(1.5)});
      bool right = true;
      for (Eigen::Index i = 0; i < x.size(); ++i) {
        right = right && to.view(i, 0) == (mask.is_dropped(i) ? S(0) : x(i, 0) * S(1.5));
      }
      CAPTURE(offset);
      CHECK(right);
      CHECK(to.intact());
    }
  });
}
