#!/bin/bash
# The manual page names every command and option that `memline --help` does and every variable of env.h, and no others.
#   check_manual.sh MEMLINE
set -euo pipefail
memline=$1
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=$(sed 's/\\-/-/g' docs/memline.1)

commands=$("$memline" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p')
[[ -n $commands ]] || { echo "memline --help lists no commands"; exit 1; }
named_by_program=$(
  for command in $commands; do
    echo "memline $command"
    "$memline" "$command" --help | sed -n 's/^  \(-., *\)\?\(-.,\)\?\(--[a-z-]\+\).*/\3/p'
  done
  grep -o '"MEMLINE_[A-Z_]*"' include/memline/env.h | tr -d '"'
)
named_by_page=$(
  sed -n 's/^\.SY "\(memline [a-z]\+\)"$/\1/p' <<<"$page"
  grep -o -- '--[a-z]\+\(-[a-z]\+\)*' <<<"$page"
  grep -o 'MEMLINE_[A-Z_]*' <<<"$page"
)
difference=$(diff <(sort -u <<<"$named_by_program") <(sort -u <<<"$named_by_page")) || true
if [[ -n $difference ]]; then
  echo "< only the program, > only docs/memline.1:"
  grep '^[<>]' <<<"$difference"
  exit 1
fi
