#!/bin/bash
# setup.sh [PACKAGE...]: installs through apt whatever memline needs to be built and tested, and the packages that are named;
# quick and silent where nothing is missing. For Debian 12, Debian 13 and Ubuntu 24.04; as root, or through sudo.
set -euo pipefail

required=(
  g++ clang clang-tidy lld libomp-dev dwz cmake ninja-build pkg-config binutils git python3
  libdw-dev libelf-dev libcapstone-dev libiberty-dev libunwind-dev libfmt-dev libcli11-dev nlohmann-json3-dev libzstd-dev
  libcairo2-dev libbenchmark-dev libclang-rt-dev llvm catch2 libeigen3-dev sqlite3
)
# Tests that need one of these say so and are skipped where a distribution does not have it.
optional=(clang-format heaptrack python3-dbg
  libjemalloc-dev libgoogle-perftools-dev libmimalloc-dev libboost-context-dev musl-tools valgrind gdb nodejs ripgrep "$@")

as_root() {
  if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Those of the named packages that are not installed.
missing_of() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

# Runs a command with its output kept back unless it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "setup.sh: failed: $*" >&2
    return 1
  fi
  rm -f "$log"
}

mapfile -t missing < <(missing_of "${required[@]}")
mapfile -t missing_optional < <(missing_of "${optional[@]}")
[[ ${#missing[@]} -eq 0 && ${#missing_optional[@]} -eq 0 ]] && exit 0

if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
  echo "setup.sh: missing: ${missing[*]} ${missing_optional[*]}; install them, or run this as root" >&2
  [[ ${#missing[@]} -eq 0 ]] && exit 0
  exit 1
fi

echo "setup.sh: installing ${missing[*]} ${missing_optional[*]}" >&2
if [[ ${#missing[@]} -gt 0 ]]; then
  quietly apt update
  quietly apt install --no-install-recommends -y "${missing[@]}"
fi
# One by one, so that a name which this distribution lacks costs only itself.
for package in "${missing_optional[@]}"; do
  quietly apt install --no-install-recommends -y "$package" || echo "setup.sh: going on without $package" >&2
done
