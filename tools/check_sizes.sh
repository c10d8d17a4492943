#!/bin/bash
# One type or one job a file: none of our sources may have more than 400 lines. Two are excepted: the trace format is defined, prose
# included, in one place, and the oracle's preload is one file that shares nothing with what it checks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
limit=400
too_long=$(find include preload analyzer tests tools -type f ! -path include/memline/trace_format.h ! -path tests/oracle/oracle_preload.c \( -name '*.h' -o -name '*.c' -o -name '*.cpp' -o -name '*.py' -o -name '*.sh' \) \
  -exec awk -v limit=$limit 'FNR == limit + 1 { print FILENAME ": more than " limit " lines" }' {} +)
if [[ -n $too_long ]]; then
  echo "$too_long"
  exit 1
fi
