// SPDX-License-Identifier: MIT
// The main function of every test program, with either generation of Catch2.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char** argv) {
  Catch::Session session;
#ifdef CATCH_VERSION_MAJOR
#if CATCH_VERSION_MAJOR == 2
  // A name that matches no test would pass; version 3 fails by itself.
  session.configData().warnings = Catch::WarnAbout::NoTests;
#endif
#endif
  return session.run(argc, argv);
}
