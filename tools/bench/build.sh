#!/bin/sh
# build.sh OUT: builds the benchmark's workloads and its meter into OUT.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 OUT" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
# No frame pointers and no tail calls: the stacks are as deep as the sources say, and have to be found by unwinding.
flags="-O2 -g -fomit-frame-pointer -fno-optimize-sibling-calls -fno-builtin-malloc -fno-builtin-free -Wall -Wextra"
for source in churn.cpp stl.cpp threads.cpp bigarrays.cpp realloc.c deep.c start.c spawn.c crowd.c touch.c; do
  name=${source%.*}
  [ "$out/$name" -nt "$here/workloads/$source" ] && continue
  case $source in
    *.c) gcc -std=gnu11 $flags "$here/workloads/$source" -o "$out/$name" -pthread ;;
    *) g++ -std=c++17 $flags "$here/workloads/$source" -o "$out/$name" -pthread ;;
  esac
done
gcc -O2 -static "$here/meter.c" -o "$out/meter"
