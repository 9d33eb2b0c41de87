# SPDX-License-Identifier: MIT
# Prepares a page for Doxygen, whose site has all pages in one folder: each gets a name, links between
# them use it, and links to other files lead to copies of those beside the pages.
function name_of(path) {
  sub(/.*\//, "", path)
  sub(/\.md$/, "", path)
  return path == "README" ? "index" : "doc_" path
}

/^# / && !named {
  named = 1
  if (name_of(FILENAME) != "index") $0 = $0 " {#" name_of(FILENAME) "}"
}

{
  if ($0 ~ /^ *```/) code = !code
  if (!code) {
    while (match($0, /\]\([^():]*\.md\)/)) {
      link = substr($0, RSTART + 2, RLENGTH - 3)
      $0 = substr($0, 1, RSTART) "(@ref " name_of(link) ")" substr($0, RSTART + RLENGTH)
    }
    gsub(/\]\((\.\.\/)+/, "](")
    gsub(/\]\((docs\/)?images\//, "](")
  }
  print
}
