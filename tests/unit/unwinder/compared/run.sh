#!/bin/sh
# run.sh SHIM PROGRAM COMMAND...: runs COMMAND with the comparing preload active in processes named PROGRAM; fails unless
# there were events and no differing stack.
shim=$1
program=$2
shift 2
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
MEMLINE_COMPARE_OUT=$out MEMLINE_COMPARE_PROGRAM=$program LD_PRELOAD=$shim "$@" > /dev/null || { echo "the program failed"; exit 1; }
cat "$out"
grep -q '^differences 0$' "$out" || exit 1
events=$(sed -n 's/^events //p' "$out")
[ "${events:-0}" -gt 1000 ]
