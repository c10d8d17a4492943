#!/bin/bash
# Installs a build into an empty prefix and uses it as a stranger would: marker.h in C99 and in C++, found through the CMake
# package and through pkg-config; the preload and the program from where they were installed.
#   check_package.sh BUILD_FOLDER LIBDIR CC CXX
set -euo pipefail
build=$1 libdir=$2 cc=$3 cxx=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" >/dev/null
for file in "$libdir/libmemline.so" bin/memline include/memline/marker.h share/man/man1/memline.1; do
  [[ -f $prefix/$file ]] || { echo "not installed: $file"; exit 1; }
done
extra=$(find "$prefix/include" "$prefix/$libdir" -type f ! -name 'memline*.cmake' ! -name memline.pc ! -name marker.h ! -name libmemline.so)
[[ -z $extra ]] || { echo "installed, but not meant to be: $extra"; exit 1; }

echo "== find_package"
cmake -G Ninja -S "$here/package_consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
  -DCMAKE_CXX_COMPILER="$cxx" >/dev/null
cmake --build "$work/consumer"

echo "== pkg-config"
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs memline)"
warnings=(-Wall -Wextra -Wpedantic -Werror)
"$cc" -std=c99 "${warnings[@]}" "${flags[@]}" "$here/package_consumer/consumer.c" -o "$work/consumer_c99"
"$cxx" -std=c++11 "${warnings[@]}" "${flags[@]}" "$here/package_consumer/consumer.cpp" -o "$work/consumer_cpp11"
preload=$(pkg-config --variable=preload memline)

for program in "$work"/consumer/consumer_{c,cpp} "$work"/consumer_{c99,cpp11}; do
  echo "== $program, not profiled"
  "$program" 0
  echo "== $program, profiled"
  MEMLINE_OUT=$work/trace.bin LD_PRELOAD=$preload "$program" 1
  "$prefix/bin/memline" summary "$work/trace.bin" >/dev/null
  # the kernel may forbid it, but the program is to be found
  MEMLINE_COUNTERS=task-clock MEMLINE_OUT=$work/counted.bin LD_PRELOAD=$preload "$program" 1
  counters=$("$prefix/bin/memline" summary "$work/counted.bin")
  grep -q -e 'CPU time' -e 'task-clock: not' <<<"$counters" || { echo "no sidecar: $counters"; exit 1; }
  echo "== $program, by memline run"
  "$prefix/bin/memline" run -o "$work/run.bin" -- "$program" 1
  rm -f "$work"/*.bin*
done
