// SPDX-License-Identifier: MIT
#include "eigentrain/io/whole_file.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/killed.hpp"

namespace et = eigentrain;
namespace fs = std::filesystem;
using et::test::contents;
using et::test::Folder;

namespace {

void put(et::WholeFile& file, std::string_view text) {
  file.write(std::as_bytes(std::span(text.data(), text.size())));
}

std::string fault_of(const fs::path& path, std::string_view text) {
  try {
    et::WholeFile file(path);
    put(file, text);
    file.commit();
  } catch (const et::FileError& error) {
    CHECK(error.file() == path.string());
    return error.fault();
  }
  return {};
}

}  // namespace

TEST_CASE("a file comes into its place when it is whole") {
  const Folder folder;
  const fs::path path = folder / "a";
  {
    et::WholeFile file(path);
    put(file, "one");
    CHECK_FALSE(fs::exists(path));
    CHECK(folder.files() == 1);
    put(file, " two");
    file.commit();
  }
  CHECK(contents(path) == "one two");
  CHECK(folder.files() == 1);
  {
    et::WholeFile file(path);
    put(file, "never");
  }
  CHECK(contents(path) == "one two");
  CHECK(folder.files() == 1);
  {
    et::WholeFile first(path), second(path);  // as two programs may
    put(second, "second");
    put(first, "first");
    first.commit();
    second.commit();
  }
  CHECK(contents(path) == "second");
  CHECK(folder.files() == 1);
}

TEST_CASE("a link stays a link") {
  const Folder folder;
  et::test::write(folder / "there", "old");
  fs::create_symlink("there", folder / "link");
  CHECK(fault_of(folder / "link", "new").empty());
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(contents(folder / "there") == "new");
}

TEST_CASE("what is no file is refused, and stays") {
  const Folder folder;
  CHECK(fault_of("/dev/full", "text") == "is not a regular file");
  CHECK(fs::is_character_file("/dev/full"));
  fs::create_directory(folder / "b");
  CHECK(fault_of(folder / "b", "text") == "is not a regular file");
  CHECK(fault_of(folder / "no/such", "text") == "No such file or directory");
}

// In a process of its own, for which the disk is full after 4 KiB and locked folders are locked.
template <class F>
int in_child(const F& f) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(f());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("a full disk leaves the old file and nothing else") {
  const Folder folder;
  const fs::path path = folder / "a";
  et::test::write(path, "old");
  const int result = in_child([&] {
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
      et::WholeFile file(path);
      for (int i = 0; i < 100; ++i) put(file, std::string(1000, 'x'));
      file.commit();
    } catch (const et::FileError& error) {
      return error.what() == path.string() + ": File too large" ? 1 : 2;
    }
    return 3;
  });
  CHECK(result == 1);
  CHECK(contents(path) == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("a folder without permission is named") {
  const Folder folder;
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  const int result = in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 4;
    try {
      et::WholeFile file(folder / "locked/a");
    } catch (const et::FileError& error) {
      return error.fault() == "Permission denied" ? 1 : 2;
    }
    return 3;
  });
  CHECK(result == 1);
}

TEST_CASE("a kill at any moment leaves the old file or the new one") {
  const Folder folder;
  const fs::path path = folder / "a";
  const std::string old(300'000, 'a');
  et::test::write(path, old);
  int news = 0;
  for (int round = 0; round < 60; ++round) {
    char c = 'a';
    const auto save = [&] {
      c = c == 'z' ? 'b' : static_cast<char>(c + 1);
      if (!fault_of(path, std::string(300'000, c)).empty()) ::_exit(1);
    };
    REQUIRE(et::test::kill_while(save, round * 137 % 5000));
    const std::string found = contents(path);
    REQUIRE(found.size() == old.size());
    REQUIRE(found.find_first_not_of(found[0]) == std::string::npos);
    news += found[0] != 'a';
  }
  CHECK(news > 0);
}

TEST_CASE("a file is read as a whole") {
  const Folder folder;
  et::test::write(folder / "a", std::string_view("a\0b", 3));
  const auto bytes = et::read_whole_file(folder / "a");
  REQUIRE(bytes.size() == 3);
  CHECK(bytes[2] == std::byte{'b'});
  et::test::write(folder / "empty", "");
  CHECK(et::read_whole_file(folder / "empty").empty());
  CHECK_THROWS_AS(et::read_whole_file("/dev/zero"), et::FileError);
  CHECK_THROWS_AS(et::read_whole_file(folder / "."), et::FileError);
  const fs::path none = folder / "none";
  CHECK_THROWS_WITH(et::read_whole_file(none), none.string() + ": No such file or directory");
}
