# SPDX-License-Identifier: MIT
# Shared by the scripts beside it, which set `root`. POSIX sh: a bare system may have little else.
# shellcheck shell=sh disable=SC2154

# packages_for <train|test|bench|docs|cross|libcxx|sanitize|fuzz|count|coverage>: what Debian and Ubuntu
# call what it takes.
packages_for() {
  common="g++ cmake ninja-build libeigen3-dev zlib1g-dev"
  case $1 in
    train) echo "$common libcli11-dev nlohmann-json3-dev dataset-fashion-mnist" ;;
    test)
      echo "$common libcli11-dev nlohmann-json3-dev catch2 librapidcheck-dev librandom123-dev" \
        "libadolc-dev pkg-config python3-numpy"
      ;;
    bench) echo "$common libbenchmark-dev dataset-fashion-mnist" ;;
    docs) echo "doxygen" ;;
    cross) echo "g++-aarch64-linux-gnu g++-s390x-linux-gnu qemu-user" ;;
    sanitize) echo "clang-19 libclang-rt-19-dev libomp-19-dev" ;;
    fuzz)
      echo "clang-19 libclang-rt-19-dev cmake ninja-build libeigen3-dev zlib1g-dev" \
        "nlohmann-json3-dev"
      ;;
    count) echo "g++ libeigen3-dev valgrind" ;;
    coverage)
      echo "clang-19 libclang-rt-19-dev llvm-19 libomp-19-dev cmake ninja-build libeigen3-dev zlib1g-dev" \
        "nlohmann-json3-dev catch2 librapidcheck-dev librandom123-dev python3"
      ;;
    libcxx) echo "clang libc++-dev libc++abi-dev" ;;
  esac
}

# is_there <package>: installed as a package or, for a tool, found under its name.
is_there() {
  case $1 in
    g++) command -v "${CXX:-c++}" >/dev/null && return 0 ;;
    cmake) command -v cmake >/dev/null && return 0 ;;
    ninja-build) command -v ninja >/dev/null && return 0 ;;
    pkg-config | python3) command -v "$1" >/dev/null && return 0 ;;
  esac
  # shellcheck disable=SC2016 # the dollar is dpkg-query's
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# as_root <command...>
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# install_packages <package...>: installs those that are missing, and says so.
install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian or Ubuntu, so nothing gets installed. What is needed, by its Debian" >&2
    echo "names: $*" >&2
    return 0
  fi
  missing=""
  for package in "$@"; do
    case "$missing " in *" $package "*) continue ;; esac # several scripts may want it
    is_there "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0

  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    echo "These packages are missing, and installing them takes root. Please run as root:" >&2
    echo "  apt-get update && apt-get install$missing" >&2
    exit 1
  fi
  echo "Installing$missing"
  if [ "$(id -u)" -eq 0 ]; then
    echo "(this may take some minutes)"
  else
    echo "(with sudo, which may ask for your password; this may take some minutes)"
  fi
  log=$(mktemp)
  if ! as_root apt-get update -qq >"$log" 2>&1; then
    cat "$log" >&2
    echo "apt-get update failed; trying with the package lists of last time." >&2
  fi
  available=""
  for package in $missing; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      available="$available $package"
    else
      echo "This system has no package $package; going on without it." >&2
    fi
  done
  # shellcheck disable=SC2086 # a list of words
  if [ -n "$available" ] &&
    ! as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends $available >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "Installing$available failed, see above." >&2
    exit 1
  fi
  rm -f "$log"
}

# run_workflow <preset>: configures, builds and, for the tests, runs them.
run_workflow() {
  if ! version=$(cmake --version 2>/dev/null); then
    echo "CMake is missing; 3.22 or later is needed." >&2
    exit 1
  fi
  version=${version#cmake version }
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  cd "$root" || exit 1
  if [ "$major" -gt 3 ] || [ "$minor" -ge 25 ]; then
    cmake --workflow --preset "$1"
  elif [ "$minor" -ge 22 ]; then
    # Workflows are younger than this CMake; the same steps one by one.
    case $1 in
      train) options="-DEIGENTRAIN_BUILD_EXAMPLES=ON" ;;
      test)
        options="-DEIGENTRAIN_BUILD_TESTS=ON -DEIGENTRAIN_BUILD_EXAMPLES=ON -DEIGENTRAIN_TESTS_BATCH=40"
        options="$options -DEIGENTRAIN_EXAMPLES_WITH=^(gradient_check|real_time|recipe|resume)$"
        options="$options -DEIGENTRAIN_ONLY_BUILD=ON -DEIGENTRAIN_TESTS_OTHER_FLAGS=-O0"
        options="$options -DEIGENTRAIN_TESTS_WITHOUT=compile_fail;headers -DEIGENTRAIN_TESTS_WITHOUT_LONG=ON"
        ;;
      bench) options="-DEIGENTRAIN_BUILD_BENCHMARKS=ON" ;;
      *)
        echo "The preset $1 needs CMake 3.25 or later; this is $version." >&2
        exit 1
        ;;
    esac
    # shellcheck disable=SC2086 # a list of words
    cmake -S . -B "build/$1" -G Ninja -DCMAKE_BUILD_TYPE=Release $options
    cmake --build "build/$1"
    if [ "$1" = test ]; then
      ctest --test-dir build/test --progress --output-on-failure --no-tests=error -j 2
    fi
  else
    echo "CMake 3.22 or later is needed; this is $version." >&2
    exit 1
  fi
}
