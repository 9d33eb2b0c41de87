// SPDX-License-Identifier: MIT
// Ways to train, each repeated with several seeds, and what the repetitions say together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "depth/chart.hpp"

namespace seeds {

/// The runs of one way, one for each seed.
template <class Way, class Run>
struct Result {
  Way way;
  std::vector<Run> runs = {};
};

/// A figure over the seeds.
struct Spread {
  double mean = 0.0, lowest = 0.0, highest = 0.0;
};

/// Of figure(run).
template <class Way, class Run, class Figure>
Spread over(const Result<Way, Run>& result, Figure&& figure) {
  const double first = figure(result.runs[0]);
  Spread spread{0.0, first, first};
  for (const Run& run : result.runs) {
    const double value = figure(run);
    spread.mean += value / static_cast<double>(result.runs.size());
    spread.lowest = std::min(spread.lowest, value);
    spread.highest = std::max(spread.highest, value);
  }
  return spread;
}

/// "2 of 3 diverged"; empty if none did.
template <class Way, class Run>
std::string diverged(const Result<Way, Run>& result) {
  const auto count = std::count_if(result.runs.begin(), result.runs.end(),
                                   [](const Run& run) { return run.diverged; });
  if (count == 0) return {};
  return std::to_string(count) + " of " + std::to_string(result.runs.size()) + " diverged";
}

/// One curve for each way: the mean of figure(epoch) over the seeds, up to where the first one
/// diverged.
template <class Way, class Run, class Figure>
depth::Panel panel(const std::vector<Result<Way, Run>>& results, const std::string& title,
                   const depth::Axis& axis, Figure&& figure) {
  depth::Panel made{title, {}, axis};
  for (const Result<Way, Run>& result : results) {
    depth::Series series{result.way.name, {}};
    std::size_t epochs = result.runs[0].epochs.size();
    for (const Run& run : result.runs) epochs = std::min(epochs, run.epochs.size());
    for (std::size_t e = 0; e < epochs; ++e) {
      series.values.push_back(
          over(result, [&](const Run& run) { return figure(run.epochs[e]); }).mean);
    }
    made.series.push_back(series);
  }
  return made;
}

}  // namespace seeds
