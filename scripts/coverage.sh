#!/bin/sh
# SPDX-License-Identifier: MIT
# Which lines, branches and functions of the headers do the tests run? Of the rooms given (schedule,
# init, ...), or all: builds their tests with clang 19's coverage, runs them, and lets coverage.py count,
# in build/coverage/report.md. A room counts with the tests of the chosen rooms only. JOBS: how many
# compilers at once.
#
# Inline functions that nothing calls and headers that nothing includes count as not run: one more source
# includes every header, and what only templates could show is looked up in the text.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"
if [ $# -eq 0 ]; then set -- core direction gradient init io layers optim schedule; fi
for room in "$@"; do
  if [ ! -d "$root/include/eigentrain/$room" ]; then
    echo "there is no room $room" >&2
    exit 1
  fi
done

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for coverage)
chosen=$(echo "$*" | tr ' ' '|')
mkdir -p "$root/build/coverage"
cd "$root/build/coverage"
rm -rf profiles
flags="-fprofile-instr-generate -fcoverage-mapping"
cmake -S "$root" -B . -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++-19 \
  -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DEIGENTRAIN_BUILD_TESTS=ON \
  -DEIGENTRAIN_TESTS_PRECOMPILE=ON -DEIGENTRAIN_TESTS_WITH="^($chosen)/" \
  "-DEIGENTRAIN_TESTS_WITHOUT=compile_fail;consume;structure" >cmake.log
cmake --build . -j "${JOBS:-$(getconf _NPROCESSORS_ONLN)}"
(cd "$root/include" && find eigentrain -name '*.hpp' | sed 's/.*/#include "&"/' | sort) >every_header.cpp
# shellcheck disable=SC2086 # a list of words
clang++-19 -std=c++20 -O1 $flags -I "$root/include" -isystem "${EIGEN_INCLUDE:-/usr/include/eigen3}" \
  -c every_header.cpp -o every_header.o
LLVM_PROFILE_FILE=$PWD/profiles/%p-%m.profraw ctest -j "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" \
  --output-on-failure --no-tests=error

llvm-profdata-19 merge -sparse profiles/*.profraw -o tests.profdata
programs=""
for program in tests/test_*; do
  if [ -f "$program" ]; then programs="$programs $program"; fi
done
# shellcheck disable=SC2086 # a list of words
python3 "$root/scripts/coverage.py" "$root" "$@" -- every_header.o $programs >report.md
cat report.md
