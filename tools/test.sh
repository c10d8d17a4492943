#!/bin/bash
# Builds memline in every way that has to work, and runs every test. Needs no terminal, and no second command before it.
#   clang      everything with clang, warnings as errors, clang-tidy on preload/ and analyzer/, whose sources are compiled a
#              dozen at a time; with ASan and UBSan the analyzer's unit tests, the fuzz corpora and a short run of each fuzzer
#   release    everything with gcc as it is installed, each source by itself; then all tests, whose closing line is the
#              last one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh

jobs=$(nproc)
export CC=gcc CXX=g++  # the clang presets name their own
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

build() {
  echo "== $1: build (at ${SECONDS} s)"
  cmake --preset "$1" --log-level=WARNING >/dev/null
  cmake --build --preset "$1" -j "$jobs" "${@:2}"
}

run_tests() {
  echo "== $1: tests (at ${SECONDS} s)"
  ctest --preset "$1" -j "$((jobs + 2))" "${@:2}"  # many of them wait for a program most of the time
}

build clang
run_tests clang -R '^unit\.|^fuzz\.' -E '^unit\.(preload|unwinder)$'

short_run() {
  local corpus
  corpus=$(mktemp -d)
  "build/clang/tests/fuzz/fuzz_$1" -seed=1 -runs=5000 -max_total_time=20 -verbosity=0 "$corpus" "tests/fuzz/corpus/$1"
  rm -rf "$corpus"
}
export -f short_run
echo "== fuzzers: run (at ${SECONDS} s)"
find tests/fuzz -name '*_fuzz.cpp' -printf '%f\n' | sed 's/_fuzz\.cpp$//' | sort |
  xargs -P "$jobs" -I NAME bash -euc 'short_run NAME'

build release
run_tests release
