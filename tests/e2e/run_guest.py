#!/usr/bin/env python3
"""Runs one guest under memline and compares every number that its source states.

    run_guest.py --memline BIN --preload LIB --program GUEST --tags "gcc O2" SOURCE...
"""

import argparse
import os
import subprocess
import sys
import tempfile

import expectations as stated
from memline_tool import Memline


def compare(memline, trace, sources, tags):
    failures = []
    summary = memline.json("summary", trace)
    top = memline.json("top", trace)
    if summary["losses"]["complete"] is not True:
        failures.append(f"losses: {summary['losses']}")
    for path in sources:
        expected = stated.Expectations(path)
        names = [argument for name in expected.functions() for argument in ("--func", name)]
        if names:
            failures += stated.check_report(expected, tags, memline.json("report", trace, *names))
        in_file = memline.json("report", trace, "--file", path) if names else {"functions": []}
        failures += stated.check_conservation(expected, in_file)
        failures += stated.check_summary(expected, tags, summary)
        failures += stated.check_sites(expected, tags, top)
        for one in expected.of("span-total", tags):
            report = memline.json("report", trace, "--span", one.span, "--func", one.function)
            function = stated.find_function(report, one.function)
            for name, value in one.fields.items():
                if function[name] != value:
                    failures.append(f"{path}: {one.function} in span {one.span}: {name} is {function[name]}, "
                                    f"expected {value}")
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memline", required=True)
    parser.add_argument("--preload", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--tags", default="")
    parser.add_argument("sources", nargs="+")
    arguments = parser.parse_args()
    plain = subprocess.run([arguments.program], capture_output=True, timeout=60, check=False)
    with tempfile.TemporaryDirectory() as folder:
        memline = Memline(arguments.memline, arguments.preload, folder)
        profiled, trace = memline.record([arguments.program])
        failures = [f"{what} differs: plain {before!r}, under memline {after!r}" for what, before, after in (
            ("exit status", plain.returncode, profiled.returncode), ("stdout", plain.stdout, profiled.stdout),
            ("stderr", plain.stderr, profiled.stderr)) if before != after]
        if plain.returncode != 0:
            failures.append(f"the guest itself failed: {plain.returncode} {plain.stderr!r}")
        if not os.path.exists(trace):
            failures.append(f"no trace was written; stderr: {profiled.stderr!r}")
        else:
            try:
                failures += compare(memline, trace, arguments.sources, set(arguments.tags.split()))
            except AssertionError as error:
                failures.append(str(error))
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
