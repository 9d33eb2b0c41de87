// SPDX-License-Identifier: MIT
#include "eigentrain/core/random.hpp"

#include <numeric>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a saved position resumes fills, shuffles and words exactly", "[random]") {
  const auto draw = [](et::Generator& random, std::vector<double>& results) {
    std::vector<double> values(77);
    et::fill_normal(values.data(), 77, 0, 1, random);
    results.insert(results.end(), values.begin(), values.end());
    results.push_back(random());
    et::shuffle(values.data(), 77, random);
    results.insert(results.end(), values.begin(), values.end());
    et::fill_uniform(values.data(), 5, 0, 1, random);
    results.insert(results.end(), values.begin(), values.begin() + 5);
  };
  std::vector<double> whole, parts;
  et::Generator random(42);
  for (int i = 0; i < 6; ++i) draw(random, whole);

  et::Generator first(42);
  for (int i = 0; i < 3; ++i) draw(first, parts);
  et::Generator second(first.seed(), first.stream());
  second.set_position(first.position());
  for (int i = 0; i < 3; ++i) draw(second, parts);
  CHECK(parts == whole);
  CHECK(second == random);
}
