// SPDX-License-Identifier: MIT
#include "mlp/whole_file.hpp"

#include <iterator>

#include "scratch.hpp"
#include "support/catch.hpp"

using scratch::Folder;

namespace {

auto files_in(const Folder& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path()), {});
}

}  // namespace

TEST_CASE("a file is replaced as a whole, and nothing stays beside it") {
  const Folder folder;
  const auto path = folder / "page.html";
  scratch::write(path, {'o', 'l', 'd'});
  mlp::WholeFile file(path);
  CHECK(file.path() == path);
  CHECK(scratch::read(path) == "old");
  file.replace("new and longer");
  CHECK(scratch::read(path) == "new and longer");
  file.replace("");
  CHECK(scratch::read(path).empty());
  CHECK(files_in(folder) == 1);
}

TEST_CASE("whoever has the old file open goes on reading it") {
  const Folder folder;
  const auto path = folder / "page.html";
  mlp::WholeFile file(path);
  file.replace("old");
  std::ifstream reader(path);
  file.replace("new");
  CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == "old");
}

TEST_CASE("a file that can't be written is refused at once") {
  const Folder folder;
  CHECK_THROWS_WITH(mlp::WholeFile(folder / "none/a"),
                    ContainsSubstring("none/a: No such file or directory"));
  CHECK_THROWS_WITH(mlp::WholeFile(folder.path()), ContainsSubstring("not a regular file"));
  CHECK_THROWS_WITH(mlp::WholeFile("/dev/null"), "/dev/null: is not a regular file");
  CHECK(files_in(folder) == 0);
}

TEST_CASE("a folder that goes away is an error that names the file") {
  const Folder folder;
  std::filesystem::create_directory(folder / "in");
  mlp::WholeFile file(folder / "in/page.html");
  std::filesystem::remove(folder / "in");
  CHECK_THROWS_WITH(file.replace("text"), ContainsSubstring("in/page.html: No such file"));
}
