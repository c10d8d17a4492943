#!/bin/bash
# Builds memline and shows its main job on a real C++ program: a ridge regression written with Eigen, all of it templates in headers,
# inlined by -O2. No line of the program knows of memline.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh

export CC=gcc CXX=g++
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release -j "$(nproc)" --target memline memline_preload | tail -n 1

root=$PWD
memline=$(find "$root/build/release" -type f -name memline -perm -u+x | head -n 1)
preload=$(find "$root/build/release" -name libmemline.so | head -n 1)
mkdir -p "$root/build/demo"
cd "$root/build/demo"
rm -f trace.bin*

# Shows a command as a user would type it, then runs it.
show() {
  echo "\$ $*"
  PATH=$(dirname "$memline"):$PATH "$@"
}

show g++ -std=c++17 -O2 -g -isystem /usr/include/eigen3 "$root/tools/demo/ridge_regression.cpp" -o ridge_regression
echo
echo "\$ LD_PRELOAD=libmemline.so ./ridge_regression"
LD_PRELOAD=$preload ./ridge_regression
echo
show memline report trace.bin --func ridge_regression
