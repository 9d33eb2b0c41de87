// SPDX-License-Identifier: MIT
// What a contest is held on, and how it is repeated.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "measure.hpp"
#include "memory.hpp"

namespace bench {

struct Problem {
  std::string name;
  std::vector<std::size_t> sizes;

  double total() const {
    double sum = 0.0;
    for (std::size_t size : sizes) sum += static_cast<double>(size);
    return sum;
  }
};

/// Sixty tensors, five transformer layers of a width with their biases and norms: 991,360 values
/// at 128, 24.6 million at 640.
inline std::vector<std::size_t> transformer(std::size_t width) {
  const std::size_t w = width;
  std::vector<std::size_t> sizes;
  for (int layer = 0; layer < 5; ++layer) {
    for (std::size_t size : {w, w, 3 * w * w, 3 * w, w * w, w,         // norm, in, out
                             w, w, 4 * w * w, 4 * w, w * 4 * w, w}) {  // norm, up, down
      sizes.push_back(size);
    }
  }
  return sizes;
}

/// A rival with its memory.
struct Contender {
  std::string name;
  std::shared_ptr<Memory> memory;
  std::function<void()> step;
  std::function<void()> finish = [] {};  ///< brings results back that live elsewhere
  std::function<void()> check = [] {};   ///< ends the program if the contest left wrong results
};

/// Ends the program with a message unless two numbers agree.
inline void require_close(const std::string& name, const char* what, double value, double expected,
                          double tolerance) {
  if (std::abs(value - expected) <= tolerance) return;
  std::fprintf(stderr, "%s: %s is %.9g instead of %.9g\n", name.c_str(), what, value, expected);
  std::exit(1);
}

/// The number of the fastest rival, by a short contest.
inline std::size_t fastest(const std::vector<Rival>& rivals) {
  const std::vector<Result> results = compare(rivals, {.rounds = 9, .block_seconds = 0.002});
  std::size_t best = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].ratio < results[best].ratio) best = i;
  }
  return best;
}

using MakeContenders = std::function<std::vector<Contender>()>;

/// The contenders in the order of their makers, but made in one that is drawn by lot: with memory
/// as the bound, the same code was 5% faster on the arrays that were allocated last than on the
/// first.
inline std::vector<Contender> made_by_lot(const std::vector<std::function<Contender()>>& makers) {
  std::vector<Contender> all(makers.size());
  for (const std::size_t i : drawn_order(makers.size())) all[i] = makers[i]();
  return all;
}

/// Compares the contenders at several places in memory, anew each time, and takes the medians:
/// where the pages of a large array lie decides about a few percent, and on Zen 4 one in eighteen
/// pairs of pages lets loads wait for stores that have nothing to do with them but the lower bits
/// of their address, which makes a step on a thousand values up to nine times as slow.
inline std::vector<Result> compare_placements(const MakeContenders& make,
                                              std::vector<std::string>& names,
                                              double (*clock)() = processor_seconds) {
  constexpr int placements = 5;
  std::vector<std::vector<Result>> all;
  std::vector<std::unique_ptr<char[]>> spacers;
  for (int k = 0; k < placements; ++k) {
    // What was freed would be handed out again; these take some of it, and are never touched. The
    // first one lies on the heap, the second where the largest arrays are.
    for (const std::size_t size : {std::size_t(53) << 10, std::size_t(33) << 20}) {
      spacers.emplace_back(new char[size + static_cast<std::size_t>(k) * 29 * 4096]);
    }
    std::vector<Rival> rivals;
    const std::vector<Contender> present = make();
    for (const Contender& contender : present) {
      rivals.push_back({contender.name, contender.step});
    }
    names.clear();
    for (const Rival& rival : rivals) names.push_back(rival.name);
    all.push_back(compare(rivals, {.rounds = 15, .clock = clock}));
    for (const Contender& contender : present) contender.check();
  }
  std::vector<Result> medians(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (double Result::* value : {&Result::seconds, &Result::ratio, &Result::noise}) {
      std::vector<double> values;
      for (const std::vector<Result>& results : all) values.push_back(results[i].*value);
      medians[i].*value = quantile(values, 0.5);
    }
  }
  return medians;
}

}  // namespace bench
