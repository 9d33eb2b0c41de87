// SPDX-License-Identifier: MIT
// Ctrl-C as a wish, which a loop grants where it suits.
#pragma once

#include <csignal>

namespace training {

/// While one lives, the first Ctrl-C (SIGINT) or SIGTERM doesn't end the program, but is what
/// signal() says from then on. The second one ends it as usual. A signal that was ignored before,
/// as a shell's background job does with SIGINT, stays ignored.
///
///     const StopSignals stop;
///     while (stop.signal() == 0) step();
///     return 128 + stop.signal();
class StopSignals {
 public:
  StopSignals() {
    came_ = 0;
    for (int i = 0; i < 2; ++i) {
      struct sigaction now = {}, catching = {};
      sigaction(numbers_[i], nullptr, &now);
      catches_[i] = now.sa_handler != SIG_IGN;
      if (!catches_[i]) continue;
      catching.sa_handler = [](int number) { came_ = number; };
      catching.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
      sigemptyset(&catching.sa_mask);
      sigaction(numbers_[i], &catching, &before_[i]);
    }
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    for (int i = 0; i < 2; ++i) {
      if (catches_[i]) sigaction(numbers_[i], &before_[i], nullptr);
    }
  }

  /// SIGINT or SIGTERM if one came, else 0.
  int signal() const { return came_; }

 private:
  static constexpr int numbers_[2] = {SIGINT, SIGTERM};
  static inline volatile std::sig_atomic_t came_ = 0;
  bool catches_[2] = {};
  struct sigaction before_[2] = {};
};

}  // namespace training
