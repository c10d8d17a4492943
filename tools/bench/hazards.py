#!/usr/bin/env python3
"""hazards.py [--tool heaptrack|memline] [--build DIR] [CASE...]: runs the cases of tests/hazards under a profiler and writes what became of the
programs and of their data into RESULTS.md, a row a hazard class.

The programs have to be built (cmake --build --preset release --target hazards guests). A case under heaptrack is given 20 seconds."""
import argparse
import collections
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TESTS = os.path.join(ROOT, "tests", "hazards")


def verdict(failures):
    """One word or two for each thing that went wrong."""
    words = []
    for failure in failures:
        if failure.startswith("hang"):
            words.append("**hangs**")
        elif failure.startswith("status "):
            number = int(failure.split()[1].rstrip(","))
            words.append(f"**killed by {signal.Signals(-number).name}**" if number < 0 and number > -65 else f"**status {number}**")
        elif failure.startswith("standard output"):
            words.append("**output differs**")
        elif " blocks of " in failure and "at the end" not in failure:
            words.append(failure.split(" bytes")[0].replace(" blocks of ", " of size "))
        elif failure.startswith("no stack is marked"):
            words.append("short stack not marked")
        elif " inside " in failure:
            words.append(failure.replace("allocations inside ", "allocations in "))
        elif failure.startswith("no trace"):
            words.append("no data")
        elif "at the end" in failure:
            words.append("live blocks wrong")
        else:
            words.append(failure[:60])
    return ", ".join(dict.fromkeys(words)) or "ok"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", choices=("heaptrack", "memline"), default="heaptrack")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--results", default=os.path.join(HERE, "RESULTS.md"))
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    os.environ.setdefault("MEMLINE", os.path.join(arguments.build, "analyzer", "memline"))
    os.environ.setdefault("MEMLINE_PRELOAD", os.path.join(arguments.build, "preload", "libmemline.so"))
    os.environ.setdefault("MEMLINE_GUESTS", os.path.join(arguments.build, "tests", "guests"))
    os.environ.setdefault("MEMLINE_HAZARDS", os.path.join(arguments.build, "tests", "hazards"))
    sys.path.insert(0, TESTS)
    import hazard_test  # pylint: disable=import-outside-toplevel
    import profilers    # pylint: disable=import-outside-toplevel
    profiler = profilers.Heaptrack() if arguments.tool == "heaptrack" else profilers.Memline()
    rows = collections.OrderedDict()
    for case in hazard_test.ALL:
        if arguments.cases and case.name not in arguments.cases:
            continue
        if arguments.tool == "heaptrack" and not case.peers:
            continue
        entry = rows.setdefault(case.row, [])
        why = hazard_test.missing(case)
        if why:
            entry.append((case.name, f"not run: {why}"))
            continue
        if arguments.tool == "heaptrack":
            hazard_test.for_peer(case)
        scratch = tempfile.mkdtemp(prefix="memline-hazard-")
        try:
            failures = hazard_test.run_case(case, profiler, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        entry.append((case.name, verdict(failures)))
        print(case.name, entry[-1][1], file=sys.stderr, flush=True)
    version = "heaptrack 1.4.0" if arguments.tool == "heaptrack" else "memline"
    if arguments.tool == "heaptrack":
        done = subprocess.run(["heaptrack", "--version"], capture_output=True, text=True, check=False)
        version = done.stdout.strip() or version
    body = [f"The cases of tests/hazards under {version}, each run once. `ok`: output and status are those without a profiler, and the data "
            "holds what the program did. Bold: the program ended, printed or waited otherwise. `hangs`: the command had not come back after 20 seconds "
            "(80 where it was at work), be it the program or the front end.", "", "| hazard | ok | what went wrong |", "| --- | --- | --- |"]
    for row, entries in rows.items():
        good = sum(result == "ok" for _, result in entries)
        ran = sum(not result.startswith("not run") for _, result in entries)
        bad = "; ".join(f"{name}: {result}" for name, result in entries if result != "ok")
        body.append(f"| {row} | {good} of {ran} | {bad.replace('|', '/')} |")
    with tempfile.NamedTemporaryFile("w", suffix=".md", delete=False) as file:
        file.write("\n".join(body) + "\n")
    command = "tools/bench/hazards.py" + ("" if arguments.tool == "heaptrack" else " --tool memline")
    section = f"Hazards, {arguments.tool}"
    subprocess.run([sys.executable, os.path.join(HERE, "results.py"), arguments.results, section, file.name, command], check=True)
    os.unlink(file.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
