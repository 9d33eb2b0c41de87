// SPDX-License-Identifier: MIT
// A program that is killed at some moment while it repeats something.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace eigentrain::test {

/// Calls again() over and over in a process of its own, which it kills after so many microseconds;
/// 0 means: when it has come through once. Returns whether it lived until then.
template <class Again>
bool kill_while(const Again& again, int microseconds) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    for (bool told = false;; told = true) {
      again();
      if (!told && ::write(ends[1], "x", 1) != 1) ::_exit(1);
    }
  }
  char byte;
  const bool lives = microseconds > 0 || ::read(ends[0], &byte, 1) == 1;
  ::usleep(static_cast<useconds_t>(microseconds));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  return lives && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace eigentrain::test
