#!/bin/sh
# SPDX-License-Identifier: MIT
# Counts the instructions of steps, fills, layers and schedules (bench/count/*.cpp) and compares
# them with bench/count/baseline.txt: fails if one takes over 2% more than there. Another compiler makes
# other code: then, and on a machine without AVX2, the counts are only shown. Matrices begin at cache lines, since
# where one begins decides how many ends its passes have. --update writes the baseline
# anew. EIGEN_INCLUDE is where Eigen is, if not in /usr/include/eigen3.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"
update=${1:-}
case $update in
  "" | --update) ;;
  *)
    echo "usage: scripts/count.sh [--update]" >&2
    exit 1
    ;;
esac

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for count)
baseline=$root/bench/count/baseline.txt
folder=$root/build/count
mkdir -p "$folder"
cd "$folder"
rm -f callgrind.out* counts.txt
for source in "$root"/bench/count/*.cpp; do
  program=$(basename "$source" .cpp)
  "${CXX:-c++}" -std=c++20 -O2 -DNDEBUG -DEIGEN_MAX_ALIGN_BYTES=64 -I "$root/include" -isystem "${EIGEN_INCLUDE:-/usr/include/eigen3}" \
    "$source" -o "$program"
  valgrind --quiet --tool=callgrind --collect-atstart=no --callgrind-out-file="callgrind.out.$program" \
    "./$program"
done

# What the counts depend on is the first line.
compiler=$("${CXX:-c++}" --version | sed '1s/^[cg]++ //; q')
if ! grep -qw avx2 /proc/cpuinfo; then compiler="$compiler, no AVX2"; fi
echo "# $compiler" >counts.txt
awk '/^desc: Trigger: Client Request: / { name = substr($0, 32) }
  /^summary: / && $2 > 0 { print $2 "\t" name }' callgrind.out.* | sort -t "$(printf '\t')" -k 2 >>counts.txt

if [ "$update" = --update ]; then
  cp counts.txt "$baseline"
  cat "$baseline"
  exit
fi
[ "$(head -n 1 counts.txt)" = "$(head -n 1 "$baseline")" ] && same=1 || same=0
awk -F '\t' -v same="$same" '
  /^#/ { next }
  NR == FNR { before[$2] = $1; next }
  {
    seen[$2] = 1
    change = $2 in before ? 100 * ($1 / before[$2] - 1) : 0
    note = !($2 in before) ? "is not in the baseline" : change > 2 ? "SLOWER" : change < -2 ? "faster" : ""
    printf "%12d %+7.2f%%  %s  %s\n", $1, change, $2, note
    if (change > 2 || !($2 in before)) bad++
  }
  END {
    for (name in before) if (!(name in seen)) { print name " was not counted"; bad++ }
    if (!same) print "Another compiler or machine than the baseline has: only shown."
    if (bad && same) print bad " counts differ for the worse; if that is meant: scripts/count.sh --update"
    exit bad && same
  }' "$baseline" counts.txt
