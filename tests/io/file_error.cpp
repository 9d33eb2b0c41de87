// SPDX-License-Identifier: MIT
#include "eigentrain/io/file_error.hpp"

#include "support/catch.hpp"

TEST_CASE("an error of a file begins with its name") {
  const eigentrain::FileError error("a/b.safetensors", "is empty");
  CHECK(std::string(error.what()) == "a/b.safetensors: is empty");
  CHECK(error.file() == "a/b.safetensors");
  CHECK(error.fault() == "is empty");
  CHECK(std::string(eigentrain::FileError("is empty").what()) == "is empty");
}
