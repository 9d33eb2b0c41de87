#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the benchmarks and runs them one after the other, with the arguments given; without any,
# each prints its table of medians and ratios.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for bench)
(run_workflow bench)
[ $# -gt 0 ] || set -- --table
for program in "$root"/build/bench/bench/bench_*; do
  if [ -f "$program" ] && [ -x "$program" ]; then
    echo "== ${program##*/}"
    "$program" "$@"
  fi
done
