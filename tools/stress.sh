#!/bin/bash
# stress.sh MINUTES [SEED]: mixes threads, forks, execs, dlopen/dlclose, signals, exceptions, longjmp and kills at random,
# and checks each trace against the program's own ledger. Prints the seed it begins with; a round that fails is named with
# its seed, and its folder is kept. BUILD names another build folder than build/release.
set -euo pipefail
[[ "${1:-}" =~ ^[0-9]+$ && "${2:-1}" =~ ^[0-9]+$ && $# -le 2 ]] || { echo "usage: tools/stress.sh MINUTES [SEED]" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${BUILD:-build/release}
if [[ ! -f "$build/CMakeCache.txt" ]]; then cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >&2; fi
cmake --build "$build" --target memline memline_preload stress_guest stress_plugin_a stress_plugin_b >&2
exec python3 tests/stress/stress.py --programs "$build/tests/stress/programs.txt" --minutes "$1" ${2:+--seed "$2"}
