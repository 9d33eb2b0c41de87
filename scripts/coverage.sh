#!/bin/sh
# SPDX-License-Identifier: MIT
# Which lines, branches and functions of the headers do the tests run? Builds all tests (but for cases
# that say [long]) with clang 19, ASan, UBSan and its counters, runs them (tests that fail end this, too),
# and lets coverage.py count, in build/ci-sanitize/coverage.md. With rooms (schedule, init, ...): only
# their tests, and of headers only theirs. --least PERCENT: fails if fewer of all lines are run. JOBS: how
# many compilers at once.
#
# Inline functions that nothing calls and headers that nothing includes count as not run: one more source
# includes every header, and what only templates could show is looked up in the text.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"
least=0
if [ "${1:-}" = --least ]; then
  least=$2
  shift 2
fi
chosen=""
folder=$root/build/ci-sanitize
if [ $# -gt 0 ]; then
  chosen="^($(echo "$*" | tr ' ' '|'))/"
  folder=$root/build/coverage
else
  set -- core direction gradient init io layers optim schedule
fi
for room in "$@"; do
  if [ ! -d "$root/include/eigentrain/$room" ]; then
    echo "there is no room $room" >&2
    exit 1
  fi
done

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for coverage)
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
mkdir -p "$folder"
(cd "$root" && cmake --preset ci-sanitize -B "$folder" "-DEIGENTRAIN_TESTS_WITH=$chosen" >"$folder/cmake.log")
cd "$folder"
cmake --build . -j "$jobs"
(cd "$root/include" && find eigentrain -name '*.hpp' | sed 's/.*/#include "&"/' | sort) >every_header.cpp
clang++-19 -std=c++20 -O0 -fprofile-instr-generate -fcoverage-mapping -I "$root/include" \
  -isystem "${EIGEN_INCLUDE:-/usr/include/eigen3}" -c every_header.cpp -o every_header.o

# Each program adds what it counts to one file of its own.
rm -rf profiles
LLVM_PROFILE_FILE=$PWD/profiles/%m.profraw ctest -j "$jobs" --output-on-failure --no-tests=error >tests.log || { cat tests.log; exit 1; }
llvm-profdata-19 merge -sparse profiles/*.profraw -o tests.profdata
programs=""
for program in tests/test_*; do
  if [ -f "$program" ] && [ -x "$program" ]; then programs="$programs $program"; fi
done
result=0
# shellcheck disable=SC2086 # a list of words
python3 "$root/scripts/coverage.py" "$root" "$least" "$@" -- every_header.o $programs >coverage.md || result=$?
cat coverage.md
exit $result
