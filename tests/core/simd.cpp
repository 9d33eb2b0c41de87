// SPDX-License-Identifier: MIT
#include "eigentrain/core/simd.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

TEST_CASE("simd_dispatch runs the body once, with the registers of the level in use") {
  for (const et::SimdLevel level : et::test::simd_levels()) {
    const et::test::AtLevel pinned(level);
    int bytes = 0, calls = 0;
    int* const seen = &bytes;
    int* const count = &calls;
    et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      *seen = Bytes;
      ++*count;
    });
    CHECK(bytes == static_cast<int>(level));
    CHECK(calls == 1);
    const auto look = [=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA { *seen = Bytes; };
    et::simd_dispatch(look, et::SimdLevel::avx2);
    CHECK(bytes == std::min(static_cast<int>(level), 32));
  }
}

TEST_CASE("the best level is in use unless another one is pinned") {
  CHECK(et::simd_level() == et::best_simd_level());
  {
    const et::test::AtLevel pinned(et::SimdLevel::baseline);
    CHECK(et::simd_level() == et::SimdLevel::baseline);
  }
  CHECK(et::simd_level() == et::best_simd_level());
}

TEST_CASE("a level above the machine's is refused and changes nothing") {
  const auto beyond = static_cast<et::SimdLevel>(static_cast<int>(et::best_simd_level()) * 2);
  CHECK_THROWS_AS(et::set_simd_level(beyond), std::invalid_argument);
  CHECK(et::simd_level() == et::best_simd_level());
}

#if EIGENTRAIN_DISPATCH
TEST_CASE("a build without architecture flags holds kernels for all levels") {
  CHECK(EIGENTRAIN_HAS_AVX2 == 1);
  CHECK(EIGENTRAIN_HAS_AVX512 == 1);
  if (__builtin_cpu_supports("avx2")) CHECK(et::best_simd_level() >= et::SimdLevel::avx2);
}
#endif
