// SPDX-License-Identifier: MIT
// Comparing rivals in one process: blocks of each in turn, and medians. A machine's clock and its
// neighbours change from second to second, so only ratios of interleaved runs mean anything.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Rival {
  std::string name;
  std::function<void()> run;
};

struct Result {
  double seconds = 0.0;  ///< for one call: the median of all rounds
  double ratio = 0.0;    ///< to the time of the first rival: the median of each round's ratio
  double noise =
      0.0;  ///< half of the rounds lie within this share of the time: quartile to quartile
};

/// Processor time of the whole program, so that neither other programs' turns count nor a rival can
/// win by threads.
inline double processor_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The clock on the wall, for rivals with threads.
inline double wall_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Plan {
  int rounds = 31;
  double block_seconds = 0.004;  ///< at least; a block is one call or more
  bool warm = true;              ///< make a call before each block that isn't timed
  double (*clock)() = processor_seconds;
};

/// Seconds for one call.
inline double seconds_of(const std::function<void()>& run, long calls,
                         double (*clock)() = processor_seconds) {
  const double begin = clock();
  for (long i = 0; i < calls; ++i) run();
  return (clock() - begin) / static_cast<double>(calls);
}

/// The value below which a share of all values lies; a half gives the median.
inline double quantile(std::vector<double> values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

/// The numbers below `count` in an order drawn by lot, another one each time.
inline std::vector<std::size_t> drawn_order(std::size_t count) {
  static std::minstd_rand lot;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::shuffle(order.begin(), order.end(), lot);
  return order;
}

/// Times the rivals against each other. The first is the one to which ratios refer. Each round has
/// an order of its own, drawn by lot, since what the last one has left in the caches is the next
/// one's to write back; the call before a block brings the rival's memory back into the caches.
inline std::vector<Result> compare(const std::vector<Rival>& rivals, const Plan& plan = {}) {
  const std::size_t count = rivals.size();
  std::vector<long> calls(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    while (seconds_of(rivals[i].run, calls[i], plan.clock) * static_cast<double>(calls[i]) <
           plan.block_seconds) {
      calls[i] *= 2;
    }
  }
  std::vector<std::vector<double>> times(count), ratios(count);
  std::vector<double> round(count);
  for (int r = 0; r < plan.rounds; ++r) {
    for (const std::size_t i : drawn_order(count)) {
      if (plan.warm) rivals[i].run();
      round[i] = seconds_of(rivals[i].run, calls[i], plan.clock);
    }
    for (std::size_t i = 0; i < count; ++i) {
      times[i].push_back(round[i]);
      ratios[i].push_back(round[i] / round[0]);
    }
  }
  std::vector<Result> results;
  for (std::size_t i = 0; i < count; ++i) {
    const double time = quantile(times[i], 0.5);
    const double spread = quantile(times[i], 0.75) - quantile(times[i], 0.25);
    results.push_back({time, quantile(ratios[i], 0.5), spread / time});
  }
  return results;
}

/// The processor's name, for the head of a table.
inline std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

inline const char* compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown compiler";
#endif
}

/// True if the argument is there; it is taken out, so that Google Benchmark doesn't see it.
inline bool take_flag(int& argc, char** argv, std::string_view flag) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i] != flag) continue;
    std::copy(argv + i + 1, argv + argc, argv + i);
    --argc;
    return true;
  }
  return false;
}

}  // namespace bench
