#!/bin/sh
# run.sh capture|threads|size|faults|analysis|all [REPS]: measures memline against the unprofiled program and heaptrack, in one
# run, paired and alternating, and writes the tables into RESULTS.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
what=${1:-}
reps=${2:-5}
case $what in capture | threads | size | faults | analysis | all) ;; *)
  echo "usage: $0 capture|threads|size|faults|analysis|all [REPS]" >&2
  exit 2 ;;
esac
"$root/tools/setup.sh" python3-numpy zstd xz-utils linux-perf  # programs that are measured
cd "$root"
cmake --preset release >/dev/null
cmake --build --preset release --target memline memline_preload >/dev/null
build=$root/build/bench
scratch=${TMPDIR:-/tmp}/memline-bench.$$
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$build" "$scratch"
sh "$here/build.sh" "$build"
common="--build $build --memline $root/build/release --scratch $scratch --reps $reps"

record() { # SECTION COMMAND...
  section=$1
  shift
  "$@" >"$scratch/section.md"
  cat "$scratch/section.md"
  python3 "$here/results.py" "$here/RESULTS.md" "$section" "$scratch/section.md" "tools/bench/run.sh $what $reps"
}
if [ "$what" = capture ] || [ "$what" = all ]; then
  record "Capture, one thread" python3 "$here/capture.py" $common single
  record "Capture, real programs" python3 "$here/capture.py" $common programs
fi
if [ "$what" = threads ] || [ "$what" = all ]; then
  record "Capture, threads" python3 "$here/capture.py" $common --peers memline,ht-file threads
fi
if [ "$what" = size ] || [ "$what" = all ]; then
  record "Trace size, one thread" python3 "$here/capture.py" $common --peers memline,memline-run,ht --tables size single
  record "Trace size, real programs" python3 "$here/capture.py" $common --peers memline,memline-run,ht --tables size programs
fi
if [ "$what" = faults ] || [ "$what" = all ]; then
  record "Page faults" python3 "$here/faults.py" $common
fi
if [ "$what" = analysis ] || [ "$what" = all ]; then
  record "Analysis" python3 "$here/analysis.py" $common
fi
