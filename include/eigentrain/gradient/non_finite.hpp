// SPDX-License-Identifier: MIT
// What becomes of a step whose gradients aren't all finite.
#pragma once

#include <cmath>

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// What to do about gradients that are infinite or NaN. Whatever it is, they never turn into zeros:
/// a norm of ∞ would make a factor of 0 out of every finite value.
enum class NonFinite {
  refuse,    ///< throw std::invalid_argument, naming the first tensor at fault; nothing has changed
  skip,      ///< leave the step out: parameters, state and counter stay as they are
  propagate  ///< let all gradients through as they are, unscaled
};

/// What clipping does about gradients that are not finite, and for how long.
struct NonFiniteOptions {
  NonFinite policy = NonFinite::refuse;  ///< throw, skip the step or pass
  std::int64_t most_skips = 10;          ///< more skips in a row than this throw; 0: no limit
};

/// How often steps were skipped.
struct SkipCounts {
  std::int64_t skipped = 0;         ///< in all
  std::int64_t skipped_in_row = 0;  ///< since the last step that was made

  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("skipped", skipped);
    visit("skipped_in_row", skipped_in_row);
    require_count(skipped, "NonFiniteOptions", "skipped");
    require_count(skipped_in_row, "NonFiniteOptions", "skipped_in_row");
  }
};

namespace detail {

inline void check_options(const NonFiniteOptions& options, const char* owner) {
  require(options.most_skips >= 0, owner, ": most_skips must be at least 0, got ",
          options.most_skips);
}

/// The name of the first tensor with values that aren't finite, empty if there is none.
template <class Stream>
std::string_view first_not_finite(const Stream& stream) {
  return stream.first_without_finite_sum([](const auto& u, const auto&) { return u - u; });
}

template <class = void>
[[noreturn]] EIGENTRAIN_COLD void refuse_gradient(const char* owner, std::string_view name,
                                                  std::int64_t skips) {
  if (skips > 0) {
    fail({owner, ": ", skips, " steps in a row had gradients that are not finite, now that of ",
          name.empty() ? std::string_view("no tensor alone") : name, "; nothing was changed"});
  }
  if (name.empty()) fail({owner, ": the norm of all gradients overflows; nothing was changed"});
  fail({owner, ": the gradient of ", name, " has values that are not finite; nothing was changed"});
}

/// Deals with a norm, which is finite unless a gradient isn't or, in double, overflows. Returns
/// whether it is finite; throws where the options say so.
template <class Stream>
bool judge_norm(const Stream& stream, double norm, const NonFiniteOptions& options,
                SkipCounts& counts, const char* owner) {
  if (std::isfinite(norm)) [[likely]] {
    counts.skipped_in_row = 0;
    return true;
  }
  if (options.policy == NonFinite::refuse) refuse_gradient(owner, first_not_finite(stream), 0);
  if (options.policy == NonFinite::skip) {
    if (options.most_skips > 0 && counts.skipped_in_row >= options.most_skips) {
      refuse_gradient(owner, first_not_finite(stream), counts.skipped_in_row + 1);
    }
    ++counts.skipped;
    ++counts.skipped_in_row;
  }
  return false;
}

inline Verdict verdict_of(const SkipCounts& counts) {
  return counts.skipped_in_row > 0 ? Verdict::skip : Verdict::proceed;
}

}  // namespace detail
}  // namespace eigentrain
