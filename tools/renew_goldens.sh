#!/bin/sh
# Rewrites the text files of tests/golden from what the tests print now. Read the difference before you commit it.
# Usage: tools/renew_goldens.sh [BUILD_FOLDER]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/release}
for suite in render commands; do
  cmake --build "$build" --target "unit_$suite"
  MEMLINE_RENEW_GOLDENS=1 "$build/tests/unit/$suite/unit_$suite"
done
git -C "$root" --no-pager diff --stat -- tests/golden
