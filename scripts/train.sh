#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the trainer and runs it with the arguments given: scripts/train.sh --help
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for train)
(run_workflow train)
exec "$root/build/train/examples/train" "$@"
