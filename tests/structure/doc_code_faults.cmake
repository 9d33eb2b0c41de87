# SPDX-License-Identifier: MIT
# Makes small pages with one fault each and expects doc_code.cmake to name it.
#
#   cmake -D SCRATCH=<a folder to overwrite> -P doc_code_faults.cmake
cmake_minimum_required(VERSION 3.22)

set(source ${SCRATCH}/examples/a.cpp)
set(page ${SCRATCH}/docs/guides/a.md)
set(marker "<!-- from examples/a.cpp -->\n")

# A page that breaks no rule: indentation, and lines left out with and without a mark.
macro(start)
  file(REMOVE_RECURSE ${SCRATCH})
  file(WRITE ${source} "int main() {\n  int a[2] = {1, 2};  // two\n  int b = 3;\n  return a[0] + b;\n}\n")
  file(WRITE ${SCRATCH}/README.md "# Title\n\n```sh\nanything\n```\n")
  file(WRITE ${page} "${marker}```cpp\nint a[2] = {1, 2};  // two\n\n  // ... more ...\nreturn a[0] + b;\n```\n")
endmacro()

set(checked doc_code.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/faults.cmake)

# A line of the page changes, or of the file.
file(WRITE ${page} "${marker}```cpp\nint b = 4;\n```\n")
expect("docs/guides/a.md:3: this line is not in examples/a.cpp")
file(WRITE ${source} "int main() {\n  int a[2] = {1, 2};  // two\n  int b = 3;\n  return b;\n}\n")
expect("docs/guides/a.md:6: this line is not in examples/a.cpp")
file(WRITE ${source} "int main() {\n  int a[2] = {2, 2};  // two\n  int b = 3;\n  return a[0] + b;\n}\n")
expect("docs/guides/a.md:3: this line is not in examples/a.cpp")
# Another order; a comment; a part of a line.
file(WRITE ${page} "${marker}```cpp\nreturn a[0] + b;\nint b = 3;\n```\n")
expect("docs/guides/a.md:4: this line is not in examples/a.cpp, or not behind those before")
file(WRITE ${page} "${marker}```cpp\nint a[2] = {1, 2};\n```\n")
expect("docs/guides/a.md:3: this line is not in")
file(WRITE ${page} "${marker}```cpp\nint b = 3\n```\n")
expect("docs/guides/a.md:3: this line is not in")
# No source, one that isn't there, one that belongs to another block; the README too.
file(WRITE ${page} "```cpp\nint b = 3;\n```\n")
expect("docs/guides/a.md:1: the code names no source")
file(WRITE ${page} "<!-- from examples/b.cpp -->\n```cpp\nint b = 3;\n```\n")
expect("docs/guides/a.md:2: examples/b.cpp is not there")
file(APPEND ${page} "\n```cpp\nint b = 3;\n```\n")
expect("docs/guides/a.md:9: the code names no source")
file(APPEND ${SCRATCH}/README.md "${marker}```cpp\nint c;\n```\n")
expect("README.md:8: this line is not in examples/a.cpp")
# Pages in docs/ are from page_code.cpp where they don't say otherwise.
file(WRITE ${SCRATCH}/tests/structure/page_code.cpp "int d;\n")
file(WRITE ${SCRATCH}/docs/b.md "```cpp\nint d;\n```\n\n```cpp\nint e;\n```\n")
expect("docs/b.md:6: this line is not in tests/structure/page_code.cpp")

message("${tried} faults made, each was found")
