// SPDX-License-Identifier: MIT
// Catch2 of either generation behind one include, with the names that tests use.
//
// Version 3 calls the string matcher ContainsSubstring and keeps Contains for ranges; version 2
// knows only Contains. Tests write ContainsSubstring. Approx is global in both.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

using Catch::Approx;
using StringMatcher = Catch::Matchers::MatcherBase<std::string>;
#else
#include <catch2/catch.hpp>  // brings Approx into the global namespace itself

namespace Catch::Matchers {

inline auto ContainsSubstring(const std::string& text) {
  return Contains(text, CaseSensitive::Yes);
}

}  // namespace Catch::Matchers

using StringMatcher = Catch::Matchers::Impl::MatcherBase<std::string>;
#endif

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Catch::Matchers::WithinULP;
