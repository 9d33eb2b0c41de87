// SPDX-License-Identifier: MIT
#include "mlp/csv.hpp"

#include <iterator>

#include "scratch.hpp"
#include "support/catch.hpp"

using scratch::Folder;

namespace {

auto files_in(const Folder& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path()), {});
}

}  // namespace

TEST_CASE("a log is whole after every row, and leaves nothing beside it") {
  const Folder folder;
  const auto file = folder / "log.csv";
  mlp::CsvLog log(file, "epoch,loss");
  CHECK(files_in(folder) == 0);
  log.row("1,0.5");
  CHECK(scratch::read(file) == "epoch,loss\n1,0.5\n");
  log.row("2,0.25");
  CHECK(scratch::read(file) == "epoch,loss\n1,0.5\n2,0.25\n");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("an older log stays until the first row is there") {
  const Folder folder;
  const auto file = folder / "log.csv";
  scratch::write(file, {'o', 'l', 'd'});
  mlp::CsvLog log(file, "epoch");
  CHECK(scratch::read(file) == "old");
  log.row("1");
  CHECK(scratch::read(file) == "epoch\n1\n");
}

TEST_CASE("a log that can't be written is refused at once") {
  const Folder folder;
  CHECK_THROWS_WITH(mlp::CsvLog(folder / "none/log.csv", "epoch"),
                    ContainsSubstring("none/log.csv: No such file or directory"));
  CHECK(files_in(folder) == 0);
}
