#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the site of the documentation in build/docs, and fails on a public name without a comment.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for docs)
cd "$root"
version=$(sed -n 's/^project(eigentrain VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
rm -rf build/docs
mkdir -p build/docs
faults=0
find include -name '*.hpp' -exec awk -f docs/site/types.awk {} + || faults=1
{ cat docs/Doxyfile && echo "PROJECT_NUMBER = $version"; } | doxygen - || faults=1
# Files that pages link to are copied beside them.
# shellcheck disable=SC2013 # names without spaces
for link in $(grep -oh 'href="[^":#?]*"' build/docs/index.html build/docs/doc_*.html | sort -u | cut -d'"' -f2); do
  if [ ! -e "build/docs/$link" ] && [ -f "$link" ]; then
    mkdir -p "build/docs/$(dirname "$link")"
    cp "$link" "build/docs/$link"
  elif [ ! -e "build/docs/$link" ]; then
    echo "A page links to $link, which is not there." >&2
    faults=1
  fi
done
if [ $faults -ne 0 ]; then
  echo "The documentation has the faults named above; docs/design.md says what a comment holds." >&2
  exit 1
fi
echo "The documentation is at $root/build/docs/index.html"
