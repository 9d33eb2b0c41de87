// SPDX-License-Identifier: MIT
#include "eigentrain/core/values.hpp"

#include <vector>

#include "eigentrain/core/l2_norm.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("sums and norms of values in a row, of any number") {
  std::vector<float> values;
  double sum = 0.0;
  for (int n = 0; n < 150; ++n) {
    const et::detail::Values<float> all{values.data(), n};
    CHECK(all.sum([](const auto& u, const auto&) { return u; }) == sum);
    CHECK(et::detail::max_norm(all) == (n == 0 ? 0.0 : n == 1 ? 1.0 : n - 0.0));
    values.push_back(static_cast<float>(n % 2 == 0 ? n + 1 : -n - 1));
    sum += static_cast<double>(values.back());
  }
  const double two[] = {3e200, 4e200};
  CHECK(et::detail::l2_norm(et::detail::Values<double>{two, 2}) == Approx(5e200).epsilon(1e-15));
}
