// SPDX-License-Identifier: MIT
// Schedules with any numbers as options, at any step: refused with std::invalid_argument, or a rate
// that is a number and not below zero, with no overflow of a counter on the way.
#include <fuzzer/FuzzedDataProvider.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>

#include "eigentrain/schedule/combine.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/cyclic.hpp"
#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/inverse_square_root.hpp"
#include "eigentrain/schedule/inverse_time.hpp"
#include "eigentrain/schedule/join.hpp"
#include "eigentrain/schedule/linear.hpp"
#include "eigentrain/schedule/multi_step.hpp"
#include "eigentrain/schedule/one_cycle.hpp"
#include "eigentrain/schedule/piecewise.hpp"
#include "eigentrain/schedule/polynomial.hpp"
#include "eigentrain/schedule/restarts.hpp"
#include "eigentrain/schedule/step.hpp"
#include "eigentrain/schedule/warmup.hpp"
#include "eigentrain/schedule/warmup_stable_decay.hpp"
#include "holds.hpp"

namespace et = eigentrain;

namespace {

using Limits = std::numeric_limits<double>;

/// Numbers out of the fuzzer's bytes: often one at an edge.
class Numbers {
 public:
  Numbers(const std::uint8_t* data, std::size_t size) : data_(data, size) {}

  bool flag() { return data_.ConsumeBool(); }
  int below(int limit) { return data_.ConsumeIntegralInRange(0, limit - 1); }
  double real() {
    constexpr double edges[] = {0.0,  1e-3,  0.1,           0.5,           0.9,
                                1.0,  2.0,   25.0,          1e4,           -1.0,
                                -0.0, 1e300, Limits::min(), Limits::max(), 1e-9,
                                3.0,  0.3,   0.05,          0.999999999,   Limits::denorm_min()};
    constexpr int count = sizeof(edges) / sizeof(edges[0]);
    const int which = below(count + 2);
    if (which < count) return edges[which];
    if (which == count) return std::bit_cast<double>(data_.ConsumeIntegral<std::uint64_t>());
    return flag() ? Limits::infinity() : Limits::quiet_NaN();
  }
  std::int64_t whole() {
    switch (below(6)) {
      case 0:
        return below(4);
      case 1:
        return below(1000);
      case 2:
        return (std::int64_t{1} << 24) + below(3) - 1;
      case 3:
        return (std::int64_t{1} << 31) + below(3) - 1;
      case 4:
        return std::numeric_limits<std::int64_t>::max() - below(3);
      default:
        return data_.ConsumeIntegral<std::int64_t>();
    }
  }
  template <class T, class Make>
  std::vector<T> several(const Make& make) {
    std::vector<T> result;
    for (int more = below(4); more > 0; --more) result.push_back(make());
    return result;
  }

 private:
  FuzzedDataProvider data_;
};

constexpr int deepest = 2;

et::Schedule make(Numbers& n, int depth) {
  // Within another schedule nothing is large: zero times infinity is not a number.
  const auto real = [&] {
    const double value = n.real();
    return depth < deepest && value > 1.0 ? 1.0 : value;
  };
  const auto reals = [&] { return n.several<double>([&] { return real(); }); };
  const auto steps = [&] { return n.several<std::int64_t>([&] { return n.whole(); }); };
  switch (n.below(depth > 0 ? 19 : 15)) {
    case 0:
      return real();
    case 1:
      return et::step_decay({real(), real(), n.whole()});
    case 2:
      return et::multi_step_decay({real(), real(), steps()});
    case 3:
      return et::piecewise_constant({reals(), steps()});
    case 4:
      return et::piecewise_linear({steps(), reals()});
    case 5:
      return et::exponential_decay({real(), real(), n.whole(), n.flag()});
    case 6:
      return et::inverse_time_decay({real(), real(), n.whole(), n.flag()});
    case 7:
      return et::linear_decay({real(), real(), n.whole()});
    case 8:
      return et::polynomial_decay({real(), real(), n.whole(), real()});
    case 9:
      return et::cosine_decay({real(), real(), n.whole()});
    case 10:
      return et::cosine_restarts({real(), real(), n.whole(), n.whole(), real(), n.whole()});
    case 11: {
      const et::OneCycleOptions options{
          real(),  n.whole(), real(),
          real(),  real(),    n.flag() ? et::OneCycleShape::linear : et::OneCycleShape::cosine,
          n.flag()};
      if (n.flag()) return et::one_cycle_momentum(options);
      return et::one_cycle(options);
    }
    case 12:
      return et::cyclic(
          {real(), real(), n.whole(), n.whole(), static_cast<et::CyclicShape>(n.below(4)), real()});
    case 13:
      return n.flag()
                 ? et::Schedule(et::noam({n.whole(), n.whole(), real()}))
                 : et::Schedule(et::inverse_square_root({real(), n.whole(), real(), n.whole()}));
    case 14:
      return et::warmup_stable_decay({real(), n.whole(), n.whole(), n.whole(), real(), real(),
                                      static_cast<et::StableDecayShape>(n.below(4))});
    case 15:
      return et::warmup(
          {n.whole(), real(), make(n, depth - 1), static_cast<et::WarmupShape>(n.below(4))});
    case 16:
      return et::repeat_schedule({make(n, depth - 1), n.whole(), n.whole()});
    case 17:
      return et::multiply_schedules(make(n, depth - 1), make(n, depth - 1));
    default:
      return et::join_schedules(
          {n.several<et::Schedule>([&] { return make(n, depth - 1); }), steps()});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Numbers numbers(data, size);
  std::optional<et::Schedule> schedule;
  try {
    schedule = make(numbers, deepest);
  } catch (const std::invalid_argument&) {
    return 0;
  }
  for (int i = 0; i < 6; ++i) {
    const std::int64_t step = numbers.whole();
    try {
      const double rate = (*schedule)(step);
      fuzz::holds(step >= 0, "a step below zero is refused");
      fuzz::holds(rate >= 0.0, "a rate is a number, and not below zero");
    } catch (const std::invalid_argument& error) {
      if (step >= 0)
        std::fprintf(stderr, "step %lld: %s\n", static_cast<long long>(step), error.what());
      fuzz::holds(step < 0, "no other step is refused");
    }
  }
  return 0;
}
