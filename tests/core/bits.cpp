// SPDX-License-Identifier: MIT
#include "eigentrain/core/bits.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

// Every operation on words a, b at once, so that one wrong lane shows.
template <class W>
EIGENTRAIN_INLINE W mix(const W& a, const W& b) {
  return ((a + b) ^ ((a - b) << 3)) | ((a * b) >> 5 & (b ^ a));
}

template <class U>
void check_words() {
  const int count = 64;
  std::vector<U> a(count), b(count), got(count), less(count);
  test::Sequence next;
  for (int i = 0; i < count; ++i) {
    a[static_cast<std::size_t>(i)] = static_cast<U>(next());
    b[static_cast<std::size_t>(i)] =
        i % 4 == 0 ? a[static_cast<std::size_t>(i)] : static_cast<U>(next());
  }
  test::at_every_level([&] {
    const U *x = a.data(), *y = b.data();
    U *to = got.data(), *below = less.data();
    et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      constexpr int N = Bytes / static_cast<int>(sizeof(U));
      using S = std::conditional_t<sizeof(U) == 4, float, double>;
      for (int i = 0; i < count; i += N) {
        const auto left = et::Words<U, N>::load(x + i), right = et::Words<U, N>::load(y + i);
        mix(left, right).store(to + i);
        const auto chosen = et::select(left < right, et::Packet<S, N>(S(1)), S(2)) +
                            et::select(left >= right, et::Packet<S, N>(S(4)), S(8));
        et::detail::to_bits(chosen).store(below + i);
      }
    });
    for (std::size_t i = 0; i < a.size(); ++i) {
      const U p = a[i], q = b[i];
      REQUIRE(got[i] == U(U(U(p + q) ^ U(U(p - q) << 3)) | (U(U(p * q) >> 5) & U(q ^ p))));
      using S = std::conditional_t<sizeof(U) == 4, float, double>;
      REQUIRE(less[i] == et::detail::to_bits(et::Packet<S, 1>(p < q ? S(9) : S(6))).lanes);
    }
  });
}

}  // namespace

TEST_CASE("words count modulo their size, in every lane", "[bits]") {
  check_words<std::uint32_t>();
  check_words<std::uint64_t>();
}

TEST_CASE("bits and numbers", "[bits]") {
  CHECK(et::detail::to_bits(et::Packet<float, 1>(1.0f)).lanes == 0x3f800000u);
  CHECK(et::detail::to_bits(et::Exact(-2.0)).lanes == 0xc000000000000000u);
  CHECK(et::detail::from_bits<float, 1>(0x40490fdbu)[0] == 3.14159274f);
  CHECK(et::detail::power_of_two<double, 1>(1023 - 1022)[0] == 0x1p-1022);
  CHECK(et::detail::power_of_two<float, 1>(127 + 127)[0] == 0x1p127f);
  CHECK(et::detail::polynomial(et::Exact(10), 1.0, 2.0, 3.0)[0] == 321.0);
  CHECK(et::convert_words<std::uint32_t>(et::Words<std::uint64_t, 1>(0x100000002u)).lanes == 2u);
}
