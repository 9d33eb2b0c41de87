# SPDX-License-Identifier: MIT
# Prepares a page for Doxygen, whose site has all pages in one folder: each gets a name, links between
# them use it, and links to other files lead to copies of those beside the pages.
function name_of(path) {
  sub(/.*\//, "", path)
  sub(/\.md$/, "", path)
  return path == "README" ? "index" : "doc_" path
}

# What links within a page call a heading: as on the pages of a repository.
function anchor_of(heading) {
  sub(/^#+ */, "", heading)
  heading = tolower(heading)
  gsub(/[^a-z0-9_ -]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}

{ lines[NR] = $0 }

END {
  page = name_of(FILENAME)
  for (i = 1; i <= NR; ++i) {
    rest = lines[i]
    while (match(rest, /\]\(#[^)]*\)/)) {
      wanted[substr(rest, RSTART + 3, RLENGTH - 4)] = 1
      rest = substr(rest, RSTART + RLENGTH)
    }
  }
  for (i = 1; i <= NR; ++i) {
    line = lines[i]
    if (line ~ /^ *```/) code = !code
    # Doxygen loses itself where the text of an image or a link goes on in another line.
    while (!code && line ~ /\[[^\]]*$/ && i < NR && lines[i + 1] !~ /^ *(```|$)/) line = line " " lines[++i]
    if (!code && line ~ /^# / && !named) {
      named = 1
      if (page != "index") line = line " {#" page "}"
    } else if (!code && line ~ /^##/ && anchor_of(line) in wanted) {
      line = line " {#" page "_" anchor_of(line) "}"
    } else if (!code) {
      while (match(line, /\]\([^():#]*\.md(#[^)]*)?\)/)) {
        link = substr(line, RSTART + 2, RLENGTH - 3)
        sub(/#.*/, "", link)
        line = substr(line, 1, RSTART) "(@ref " name_of(link) ")" substr(line, RSTART + RLENGTH)
      }
      gsub(/\]\(#/, "](@ref " page "_", line)
      gsub(/\]\((\.\.\/)+/, "](", line)
      gsub(/\]\((docs\/)?images\//, "](", line)
    }
    print line
  }
}
