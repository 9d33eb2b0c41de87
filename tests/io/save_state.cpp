// SPDX-License-Identifier: MIT
#include "eigentrain/io/save_state.hpp"

#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/safetensors.hpp"

namespace et = eigentrain;
using et::test::contents;
using et::test::Folder;

TEST_CASE("a file is what the format says, to the byte, little-endian") {
  const Folder folder;
  bool flag = true;
  float real = 1.0f;
  std::int64_t integer = -2;
  std::uint8_t bytes[] = {5, 6, 7};
  const auto show = [&](et::StateVisitor& visit) {
    visit("flag", flag);
    const et::StateVisitor::Group group(visit, "g");
    const et::StateVisitor::Group none(visit, "");
    visit("bytes", bytes, 3);
    visit("real", real);
    visit("", integer);
  };
  et::detail::save_state(folder / "a", {{"k", "ü\n"}}, show);
  const std::string file = contents(folder / "a");
  const std::string text =
      R"({"__metadata__":{"k":"ü\n"},"flag":{"data_offsets":[12,13],"dtype":"BOOL","shape":[]},)"
      R"("g":{"data_offsets":[0,8],"dtype":"I64","shape":[]},)"
      R"("g.bytes":{"data_offsets":[13,16],"dtype":"U8","shape":[3]},)"
      R"("g.real":{"data_offsets":[8,12],"dtype":"F32","shape":[]}})";
  const std::string padded = text + std::string((8 - text.size() % 8) % 8, ' ');
  CHECK(file == et::test::length_prefix(padded.size()) + padded +
                    std::string("\xfe\xff\xff\xff\xff\xff\xff\xff\0\0\x80\x3f\1\5\6\7", 16));
  CHECK(et::test::header_of(file).tensors.size() == 4);
}

TEST_CASE("what can't be saved leaves no file") {
  const Folder folder;
  const std::string path = (folder / "a").string();
  int one = 1, two = 2;
  const auto save = [&](const char* first, const char* second, const std::string& text = "t") {
    et::detail::save_state(path, {{"k", text}}, [&](et::StateVisitor& visit) {
      visit(first, one);
      visit(second, two);
    });
  };
  CHECK_THROWS_WITH(save("n", "n"), path + ": n: the name is taken");
  CHECK_THROWS_WITH(save("n", "__metadata__"), path + ": __metadata__: the name is taken");
  CHECK_THROWS_AS(save("n", "\xff"), et::FileError);
  CHECK_THROWS_AS(save("n", "m", "\xc3"), et::FileError);
  std::vector<int> growing;
  CHECK_THROWS_WITH(et::detail::save_state(path, {},
                                           [&](et::StateVisitor& visit) {
                                             growing.push_back(1);
                                             visit("n", growing.data(), growing.size());
                                           }),
                    path + ": what is saved has changed meanwhile");
  CHECK(folder.files() == 0);
  CHECK_NOTHROW(save("n", "m"));
  CHECK(folder.files() == 1);
}
