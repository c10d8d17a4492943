#!/usr/bin/env python3
"""Holds `memline report` and `memline heap --by type` against a Rust program, which is built here: not every machine has
a rustc. Without one the test says so and counts as skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile

from memline_tool import Memline
from types_test import judge, truths

SKIPPED = 77
# The last one, as cargo builds for development, gives every module a unit, and generic functions another one.
BUILDS = (["-g"], ["-g", "-O"], ["-g", "-C", "opt-level=3", "-C", "debuginfo=1"], ["-g", "-O", "-C", "incremental=built"])
# Function -> last words of a line -> bytes allocated and allocations.
LINES = {
    "pods": {"the pods": (2000 * 40, 1)},
    "boxes": {"the table": (1000 * 8, 1), "the boxes": (1000 * 40, 1000), "where they are called for": (1000 * 40, 1000)},
    "numbers": {"the numbers": (5000 * 8, 1)},
    "text": {"the text": (30000, 1)},
    "counted": {"the references": (500 * 8, 1), "the counted": (500 * 56, 500)},
    "gathered": {"the gathered": (300 * 48, 300), "where they are gathered": (300 * (48 + 8), 301)},
}


def line_of(source, words):
    found = [number for number, text in enumerate(source, 1) if text.rstrip().endswith("// " + words)]
    assert len(found) == 1, words
    return found[0]


def wrong_lines(memline, trace, source):
    failures = []
    for name, lines in LINES.items():
        functions = memline.json("report", trace, "--func", f"guest::{name}")["functions"]
        if len(functions) != 1:
            failures.append(f"{name}: {len(functions)} functions")
            continue
        rows = {row["line"]: (row["allocated"], row["allocations"]) for row in functions[0]["lines"]}
        expected = {line_of(source, words): numbers for words, numbers in lines.items()}
        failures += [f"{name}: line {line}: {rows.get(line)}, expected {numbers}"
                     for line, numbers in expected.items() if rows.get(line) != numbers]
        failures += [f"{name}: line {line}: {numbers}, expected nothing"
                     for line, numbers in rows.items() if line not in expected and numbers != (0, 0)]
    return failures


def check(memline, program, source):
    done, trace = memline.record([program])
    if done.returncode != 0:
        return [f"exit {done.returncode}: {done.stderr!r}"]
    failures = wrong_lines(memline, trace, source)
    rows = memline.json("heap", trace, "--by", "type", "--at", "end")["rows"]
    right, wrong, whole, complaints = judge(truths(done.stdout.decode(), "type"), {}, rows)
    if right < whole or 100 * wrong > whole:
        failures += [f"types: {right} of {whole} bytes right, {wrong} wrong", *complaints]
    return failures


def main():
    rustc = shutil.which("rustc")
    if rustc is None:
        print("SKIPPED: there is no rustc, nothing was tested")
        return SKIPPED
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "guests", "rust_guest.rs")
    with open(path, encoding="utf-8") as file:
        source = file.read().splitlines()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        memline = Memline(os.environ["MEMLINE"], os.environ["MEMLINE_PRELOAD"], folder)
        for number, options in enumerate(BUILDS):
            program = os.path.join(folder, f"guest{number}")
            subprocess.run([rustc, "--crate-name", "guest", "--edition", "2018", *options, "-o", program, path], check=True,
                           cwd=folder)
            failures += [f"rustc {' '.join(options)}: {one}" for one in check(memline, program, source)]
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
