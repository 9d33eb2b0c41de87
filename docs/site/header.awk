# SPDX-License-Identifier: MIT
# Prepares a header for Doxygen: its second line, which says what the header is, begins a page, on
# which the names of its namespace stand. The line numbers stay as they are.
#
#   awk -f header.awk include/eigentrain/direction/adam.hpp
{ lines[NR] = $0 }

END {
  path = FILENAME
  sub(/^.*include\/eigentrain\//, "", path)
  room = path
  if (!sub(/\/.*/, "", room)) room = ""
  id = path
  sub(/\.hpp$/, "", id)
  gsub(/[\/.]/, "_", id)
  id = "page_" id

  # A header with nothing but details has no page.
  public = 0
  hidden = 0
  for (i = 1; i <= NR; ++i) {
    if (lines[i] ~ /^namespace detail \{/ || lines[i] ~ /^namespace eigentrain::detail \{/) hidden = 1
    if (lines[i] ~ /^}  \/\/ namespace (eigentrain::)?detail/) hidden = 0
    if (!hidden && lines[i] ~ /^\/\/\//) public = 1
  }

  if (public && room != "") {
    # Line 1 has the licence, 2 and perhaps more the sentence, then comes #pragma once.
    lines[1] = "/** @defgroup " id " " path
    for (i = 2; i <= NR && lines[i] !~ /^#pragma once/; ++i) sub(/^\/\/ ?/, "", lines[i])
    lines[i] = "@ingroup room_" room " */"

    for (; i <= NR; ++i) {
      if (lines[i] == "") spare = i
      if (lines[i] ~ /^namespace eigentrain(::(gains|ranges))? \{/) {
        for (j = spare; j < i - 1; ++j) lines[j] = lines[j + 1]
        lines[i - 1] = lines[i] " /** @addtogroup " id
        lines[i] = "@{ */"
      } else if (lines[i] ~ /^}  \/\/ namespace eigentrain(::(gains|ranges))?$/) {
        lines[i] = "/** @} */ " lines[i]
      }
    }
  }
  for (i = 1; i <= NR; ++i) {
    # A base class that Doxygen can't read.
    sub(/public decltype\(chain<S>\(make\(Options\{\}\)\)\)/, "public Chain<S>", lines[i])
    print lines[i]
  }
}
