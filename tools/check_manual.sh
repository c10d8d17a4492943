#!/bin/bash
# The manual page names every command and option that `memline --help` does and every variable of env.h, and no others;
# options of a command stand in a section of that command's, or in the one that several share.
#   check_manual.sh MEMLINE
set -euo pipefail
memline=$1
failed=0
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
# the options that have an entry in the section "OPTIONS OF $1"
described() {
  sed -n "/^\.SH OPTIONS OF $1\$/,/^\.SH/p" <<<"$page" | sed -n '/^\.TP/{n;p}' | grep -o -- '--[a-z]\+\(-[a-z]\+\)*' || true
}
shared=$(described 'report, top, heap AND summary')
runs=$(described 'memline memit, time AND timeit')
[[ -n $shared ]] || { echo "docs/memline.1 has no section of shared options"; exit 1; }
for command in $commands; do
  of_program=$("$memline" "$command" --help | sed -n 's/^  \(-., *\)\?\(--[a-z-]\+\).*/\2/p' | grep -v -- --help | sort -u || true)
  own=$(described "memline $command")
  others=$shared
  [[ $command =~ ^(memit|time|timeit)$ ]] && others=$runs
  missing=$(comm -23 <(printf '%s' "$of_program") <(sort -u <<<"$own"$'\n'"$others"))
  foreign=$(comm -13 <(printf '%s' "$of_program") <(sort -u <<<"$own" | grep . || true))
  if [[ -n $missing$foreign ]]; then
    echo "docs/memline.1, options of $command: missing: ${missing//$'\n'/ }; not the command's: ${foreign//$'\n'/ }"
    failed=1
  fi
done

difference=$(diff <(sort -u <<<"$named_by_program") <(sort -u <<<"$named_by_page")) || true
if [[ -n $difference ]]; then
  echo "< only the program, > only docs/memline.1:"
  grep '^[<>]' <<<"$difference"
  failed=1
fi
exit $failed
