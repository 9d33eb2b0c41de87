// SPDX-License-Identifier: MIT
#include "plot/svg.hpp"

#include "support/catch.hpp"
#include "xml.hpp"

using plot::escaped;

TEST_CASE("what has a meaning in HTML loses it") {
  CHECK(escaped("<script>alert(\"1\" & '2')</script>") ==
        "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
  CHECK(escaped("").empty());
  CHECK(escaped("plain text, 5 %\n\t") == "plain text, 5 %\n\t");
}

TEST_CASE("characters of every length stay") {
  for (const std::string text :
       {"é", "→", "∂", "\xF0\x9F\x98\x80", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
    CHECK(escaped(text) == text);
  }
}

TEST_CASE("bytes that no XML may have become a sign of their own") {
  const std::string sign = "\xEF\xBF\xBD";
  CHECK(escaped(std::string("a\0b", 3)) == "a" + sign + "b");
  CHECK(escaped("\x1B[31m") == sign + "[31m");
  CHECK(escaped("\xE9t\xE9") == sign + "t" + sign);                 // Latin-1
  CHECK(escaped("\xC3") == sign);                                   // cut off
  CHECK(escaped("\xE2\x86") == sign + sign);                        // likewise
  CHECK(escaped("\xC0\xBC") == sign + sign);                        // '<' in two bytes
  CHECK(escaped("\xE0\x80\xBC") == sign + sign + sign);             // in three
  CHECK(escaped("\xF0\x80\x80\xBC") == sign + sign + sign + sign);  // in four
  CHECK(escaped("\xED\xA0\x80") == sign + sign + sign);             // half of a pair
  CHECK(escaped("\xF4\x90\x80\x80") == sign + sign + sign + sign);  // beyond the last
  CHECK(escaped("\xEF\xBF\xBF") == sign + sign + sign);             // not a character
  CHECK(escaped("\xC3<") == sign + "&lt;");
  CHECK(escaped("\xE2<b>") == sign + "&lt;b&gt;");
}

TEST_CASE("the reader of the tests tells what is well-formed") {
  using xml::is_well_formed;
  for (const char* good : {"", "text", "<a/>", "<a><b c=\"d\" e=\"&lt;\"/>&amp;</a>",
                           "<!DOCTYPE html>\n<p class=\"x\">&#39;</p>"}) {
    INFO(good);
    CHECK(is_well_formed(good));
  }
  for (const char* bad :
       {"<a>", "</a>", "<a><b></a></b>", "<a b=c/>", "<a b/>", "a & b", "&;",
        "<a b=\"1\" b=\"2\"/>", "<a b=\"&\"/>", "<a", "<>", "<a b=\"<\"/>", "1 < 2"}) {
    INFO(bad);
    CHECK_FALSE(is_well_formed(bad));
  }
}
