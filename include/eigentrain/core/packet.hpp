// SPDX-License-Identifier: MIT
// The arithmetic that a rule may use, on registers of any width.
//
// A rule is written once for ONE element, as a generic lambda; the engine calls it with packets.
// Every operation here is correctly rounded (+ − × ÷) or exact, lane by lane, so an element's
// result is the same in a register of one lane and of sixteen. More words are in functions.hpp.
//
// Operands are taken by reference: vectors wider than the flags allow have no calling convention
// of their own, and passing them by value makes gcc talk about it.
#pragma once

#include <cstring>
#include <type_traits>

#include "eigentrain/core/register.hpp"

namespace eigentrain {

/// N values of S (float or double) in a register. A scalar converts to a packet of equal lanes.
template <class S, int N>
struct Packet {
  /// The type of the values, float or double.
  using Scalar = S;
  /// What the lanes are in memory: a vector of the compiler, or a number.
  using Value = typename detail::Register<S, N>::Value;
  /// The number of lanes.
  static constexpr int size = N;

  /// The values themselves.
  Value lanes;

  Packet() = default;
  /// Equal lanes.
  // Negated twice, so that the register comes out of an arithmetic operation: without one, gcc
  // writes a plain splat lane by lane while the target of the kernel isn't known yet, and never
  // mends it. Not 0 + value, which would lose the sign of −0.
  EIGENTRAIN_INLINE Packet(S value) : lanes(-(-value - Value{})) {}  // NOLINT: implicit on purpose
  /// Takes the lanes as they are.
  static EIGENTRAIN_INLINE Packet from(const Value& value) {
    Packet result;
    result.lanes = value;
    return result;
  }

  /// Reads N values, at any address.
  static EIGENTRAIN_INLINE Packet load(const S* source) {
    Packet result;
    std::memcpy(&result.lanes, source, sizeof(Value));
    return result;
  }
  /// Writes N values, at any address.
  EIGENTRAIN_INLINE void store(S* target) const { std::memcpy(target, &lanes, sizeof(Value)); }
  /// The value of a lane, in [0, N).
  EIGENTRAIN_INLINE S operator[](int lane) const {
    if constexpr (N == 1) {
      return lanes;
    } else {
      return lanes[lane];
    }
  }

  friend EIGENTRAIN_INLINE Packet operator+(const Packet& a, const Packet& b) {
    Packet result;
    result.lanes = a.lanes + b.lanes;
    if constexpr (N == 1) result.settle();
    return result;
  }
  friend EIGENTRAIN_INLINE Packet operator-(const Packet& a, const Packet& b) {
    Packet result;
    result.lanes = a.lanes - b.lanes;
    if constexpr (N == 1) result.settle();
    return result;
  }
  friend EIGENTRAIN_INLINE Packet operator*(const Packet& a, const Packet& b) {
    Packet result;
    result.lanes = a.lanes * b.lanes;
    if constexpr (N == 1) result.settle();
    return result;
  }
  friend EIGENTRAIN_INLINE Packet operator/(const Packet& a, const Packet& b) {
    Packet result;
    result.lanes = a.lanes / b.lanes;
    if constexpr (N == 1) result.settle();
    return result;
  }
  friend EIGENTRAIN_INLINE Packet operator-(const Packet& a) { return from(-a.lanes); }
  /// a ← a + b, lane by lane.
  EIGENTRAIN_INLINE Packet& operator+=(const Packet& b) { return *this = *this + b; }
  /// a ← a − b, lane by lane.
  EIGENTRAIN_INLINE Packet& operator-=(const Packet& b) { return *this = *this - b; }
  /// a ← a·b, lane by lane.
  EIGENTRAIN_INLINE Packet& operator*=(const Packet& b) { return *this = *this * b; }
  /// a ← a / b, lane by lane.
  EIGENTRAIN_INLINE Packet& operator/=(const Packet& b) { return *this = *this / b; }

  friend EIGENTRAIN_INLINE Mask<S, N> operator<(const Packet& a, const Packet& b) {
    return compare<detail::Order::less>(a, b);
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator<=(const Packet& a, const Packet& b) {
    return compare<detail::Order::less_equal>(a, b);
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator>(const Packet& a, const Packet& b) {
    return compare<detail::Order::greater>(a, b);
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator>=(const Packet& a, const Packet& b) {
    return compare<detail::Order::greater_equal>(a, b);
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator==(const Packet& a, const Packet& b) {
    return compare<detail::Order::equal>(a, b);
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator!=(const Packet& a, const Packet& b) {
    return compare<detail::Order::not_equal>(a, b);
  }

 private:
  template <detail::Order Which>
  static EIGENTRAIN_INLINE Mask<S, N> compare(const Packet& a, const Packet& b) {
    using enum detail::Order;
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
    if constexpr (detail::has_bit_masks<S, N>) {
      Mask<S, N> result;
      if constexpr (sizeof(S) == 4) {
        asm("vcmpps %3, %2, %1, %0"
            : "=k"(result.lanes)
            : "v"(a.lanes), "v"(b.lanes), "i"(static_cast<int>(Which)));
      } else {
        asm("vcmppd %3, %2, %1, %0"
            : "=k"(result.lanes)
            : "v"(a.lanes), "v"(b.lanes), "i"(static_cast<int>(Which)));
      }
      return result;
    } else
#endif
    {
      if constexpr (Which == equal) return {a.lanes == b.lanes};
      if constexpr (Which == not_equal) return {a.lanes != b.lanes};
      if constexpr (Which == less) return {a.lanes < b.lanes};
      if constexpr (Which == less_equal) return {a.lanes <= b.lanes};
      if constexpr (Which == greater) return {a.lanes > b.lanes};
      if constexpr (Which == greater_equal) return {a.lanes >= b.lanes};
    }
  }

  // One lane stands for a scalar outside any kernel, where the user's flags may allow contraction:
  // behind the empty asm the compiler can't see that a product feeds a sum.
  EIGENTRAIN_INLINE void settle() {
#if EIGENTRAIN_VECTORS
#if defined(__x86_64__)
    asm("" : "+x"(lanes));
#elif defined(__aarch64__)
    asm("" : "+w"(lanes));
#else
    asm("" : "+m"(lanes));
#endif
#endif
  }
};

/// One value whose arithmetic rounds after every operation, whatever the compiler's flags: for the
/// scalars of a step (rates, corrections), which must have the same bits everywhere too.
///
///     const double root = sqrt(et::Exact(1.0) - step.power(beta2))[0];
using Exact = Packet<double, 1>;

/// mask ? a : b, lane by lane; both sides are computed.
///
///     const auto step = select(g > 0, S(1), S(-1));
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> select(const Mask<S, N>& mask,
                                      const std::type_identity_t<Packet<S, N>>& a,
                                      const std::type_identity_t<Packet<S, N>>& b) {
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
  if constexpr (detail::has_bit_masks<S, N>) {
    Packet<S, N> result;
    if constexpr (sizeof(S) == 4) {
      asm("vblendmps %1, %2, %0%{%3%}"
          : "=v"(result.lanes)
          : "v"(a.lanes), "v"(b.lanes), "Yk"(mask.lanes));
    } else {
      asm("vblendmpd %1, %2, %0%{%3%}"
          : "=v"(result.lanes)
          : "v"(a.lanes), "v"(b.lanes), "Yk"(mask.lanes));
    }
    return result;
  } else
#endif
  {
    return Packet<S, N>::from(mask.lanes ? a.lanes : b.lanes);
  }
}

}  // namespace eigentrain
