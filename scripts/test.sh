#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the tests and runs them. An argument names another workflow preset: scripts/test.sh ci-gcc
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"

# shellcheck disable=SC2046 # a list of words
install_packages $(packages_for test)
run_workflow "${1:-test}"
