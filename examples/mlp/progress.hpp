// SPDX-License-Identifier: MIT
// How far a loop is: a bar on a terminal, a plain line now and then elsewhere.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace mlp {

/// Seconds since it was made or restarted.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  void restart() { start_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// "0:42", "12:05"
inline std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  char text[32];
  std::snprintf(text, sizeof(text), "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

/// Writes to `out`, which should not be the stream of the results. The bar is drawn at most ten
/// times a second, a plain line at most every ten seconds, so a short loop leaves no trace in a
/// log.
///
///     Progress progress("epoch 3", samples);
///     for (...) progress.update(done);
///     progress.finish();  // erases the bar
class Progress {
 public:
  Progress(std::string label, std::int64_t total, std::FILE* out = stderr)
      : label_(std::move(label)), total_(total), out_(out), terminal_(isatty(fileno(out)) == 1) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { finish(); }

  void update(std::int64_t done) {
    const double now = watch_.seconds();
    if (now - shown_ < (terminal_ ? 0.1 : 10.0)) return;
    shown_ = now;
    const double fraction = static_cast<double>(done) / static_cast<double>(total_);
    const double rate = static_cast<double>(done) / now;
    const std::string left = clock_text(static_cast<double>(total_ - done) / rate);
    if (terminal_) {
      constexpr int width = 30;
      const int filled = static_cast<int>(fraction * width);
      std::fprintf(out_, "\r%s [%s%s] %3.0f%%  %.0f samples/s  %s left\033[K", label_.c_str(),
                   std::string(static_cast<std::size_t>(filled), '#').c_str(),
                   std::string(static_cast<std::size_t>(width - filled), '.').c_str(),
                   100 * fraction, rate, left.c_str());
    } else {
      std::fprintf(out_, "%s: %.0f%%, %.0f samples/s, %s left\n", label_.c_str(), 100 * fraction,
                   rate, left.c_str());
    }
    std::fflush(out_);
    drawn_ = true;
  }

  void finish() {
    if (terminal_ && drawn_) std::fprintf(out_, "\r\033[K");
    std::fflush(out_);
    drawn_ = false;
  }

 private:
  std::string label_;
  std::int64_t total_;
  std::FILE* out_;
  bool terminal_;
  bool drawn_ = false;
  double shown_ = 0.0;
  Stopwatch watch_;
};

}  // namespace mlp
