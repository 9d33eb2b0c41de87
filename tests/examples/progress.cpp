// SPDX-License-Identifier: MIT
#include "mlp/progress.hpp"

#include "scratch.hpp"
#include "support/catch.hpp"

TEST_CASE("times read as on a clock") {
  CHECK(mlp::clock_text(0.0) == "0:00");
  CHECK(mlp::clock_text(9.6) == "0:10");
  CHECK(mlp::clock_text(59.9) == "1:00");
  CHECK(mlp::clock_text(3725.0) == "62:05");
}

TEST_CASE("a short loop leaves nothing in a file") {
  const scratch::Folder folder;
  std::FILE* out = std::fopen((folder / "log").c_str(), "w");
  {
    mlp::Progress progress("epoch 1", 100, out);
    for (int i = 1; i <= 100; ++i) progress.update(i);
  }
  std::fclose(out);
  CHECK(scratch::read(folder / "log").empty());
}
