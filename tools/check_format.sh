#!/bin/bash
# Checks that every C and C++ file is laid out as .clang-format says. Releases of clang-format disagree about details, so one of
# them is the reference: 14, Debian 12's. Where only another is installed the check is skipped (exit 77).
#   tools/check_format.sh          names what differs, exit 1
#   tools/check_format.sh --fix    rewrites it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
reference=14

formatter=""
for candidate in "clang-format-$reference" clang-format; do
  if [[ "$("$candidate" --version 2>/dev/null)" == *"version $reference."* ]]; then
    formatter=$candidate
    break
  fi
done
if [[ -z $formatter ]]; then
  echo "skipped: no clang-format $reference here"
  exit 77
fi

# Not the programs that tests profile: on which line a statement stands is what is tested there.
mapfile -d '' files < <(find include preload analyzer tests tools -type f ! -path 'tests/guests/*' ! -path '*/fixtures/*' \
  \( -name '*.h' -o -name '*.c' -o -name '*.cpp' \) -print0)
if [[ ${1-} == --fix ]]; then
  "$formatter" -i "${files[@]}"
else
  "$formatter" --dry-run -Werror --ferror-limit=1 "${files[@]}"
fi
echo "${#files[@]} files looked at with $formatter"
