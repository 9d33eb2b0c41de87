// SPDX-License-Identifier: MIT
// The main function of every test program, with either generation of Catch2.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}
