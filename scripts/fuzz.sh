#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzzers and lets each of them run for a minute, or for as many seconds as the argument
# says; 0: only over the inputs that are known. Fails when one finds something; the input that did it
# is in build/fuzz/found then, and build/fuzz/fuzz/fuzz_<name> <file> shows it again. JOBS: how many at once.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"
seconds=${1:-60}
case $seconds in
  *[!0-9]*)
    echo "fuzz.sh takes a number of seconds, not $seconds" >&2
    exit 1
    ;;
esac

# run <name>: one fuzzer. What is new goes into the first folder, for the next time. The seed is fixed, so
# that a run from a fresh clone can be repeated.
run() {
  mkdir -p "corpus/$1"
  set -- "$1" -timeout=20 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 -seed=1
  if [ "$seconds" -gt 0 ]; then set -- "$@" "-max_total_time=$seconds"; else set -- "$@" -runs=0; fi
  if [ -f "$root/fuzz/$1.dict" ]; then set -- "$@" "-dict=$root/fuzz/$1.dict"; fi
  name=$1
  shift
  if "fuzz/fuzz_$name" "$@" "-artifact_prefix=found/$name-" "corpus/$name" "$root/fuzz/$name" \
    >"logs/$name" 2>&1; then
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "logs/$name")
    echo "fuzz/$name: $inputs inputs, nothing found"
  else
    tail -n 40 "logs/$name"
    echo "fuzz/$name: found something; see build/fuzz/found and build/fuzz/logs/$name"
    return 1
  fi
}

if [ $# -eq 2 ]; then  # called by itself, below
  run "$2"
  exit
fi

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for fuzz)
run_workflow fuzz
cd "$root/build/fuzz"
mkdir -p found logs
for program in fuzz/fuzz_*; do echo "${program#fuzz/fuzz_}"; done |
  xargs -P "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" -n 1 "$root/scripts/fuzz.sh" "$seconds"
