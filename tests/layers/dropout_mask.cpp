// SPDX-License-Identifier: MIT
#include "eigentrain/layers/dropout_mask.hpp"

#include <limits>

#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;

namespace {

template <class S>
Batch<S> masked(const et::detail::DropoutMask& mask, const Batch<S>& source, S scale) {
  Batch<S> target(source.rows(), source.cols());
  et::BatchOutput<S> view = target;
  mask.apply<S>(source, view, scale);
  return target;
}

}  // namespace

TEMPLATE_TEST_CASE("the ends of the range drop nothing and everything", "", float, double) {
  using S = TestType;
  at_every_level([] {
    for (const Eigen::Index rows : {1, 511, 512, 513, 1100}) {
      et::Generator random(1);
      et::detail::DropoutMask mask;
      const Batch<S> infinite = Batch<S>::Constant(rows, 1, std::numeric_limits<S>::infinity());
      mask.draw(rows, 1.0, random);
      CHECK((masked<S>(mask, infinite, S(2)).array() == S(0)).all());
      mask.draw(rows, 0.0, random);
      CHECK((masked<S>(mask, Batch<S>::Ones(rows, 1), S(2)).array() == S(2)).all());
    }
  });
}

TEST_CASE("a mask can be applied again, and to both scalars alike") {
  at_every_level([] {
    constexpr Eigen::Index size = 100'000;
    et::Generator random(5);
    et::detail::DropoutMask mask;
    mask.draw(size, 0.25, random);
    const Batch<float> first = masked<float>(mask, Batch<float>::Ones(size, 1), 1.0f);
    const Batch<float> again = masked<float>(mask, Batch<float>::Ones(size, 1), 1.0f);
    const Batch<double> wide = masked<double>(mask, Batch<double>::Ones(size, 1), 1.0);
    CHECK(first == again);
    CHECK(first.cast<double>() == wide);
    // A quarter is dropped; six standard deviations of the binomial are 822.
    CHECK(static_cast<double>(first.sum()) == Approx(75'000).margin(822));
  });
}
