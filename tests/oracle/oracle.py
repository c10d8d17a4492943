#!/usr/bin/env python3
"""The second way to every number.

    oracle.py LOG report|top|summary [FUNCTION...]       prints the JSON that memline prints
    oracle.py --check --oracle LIB --program GUEST --tags "gcc O2" SOURCE...
                                                         runs a guest under liboracle.so alone and holds the oracle itself
                                                         against what the guest's source states
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from oracle_log import Log, name_frames
from oracle_model import Oracle

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import expectations as stated  # noqa: E402


def load(path, addr2line=None):
    log = Log(path)
    return Oracle(log, name_frames(log, addr2line))


def inside(oracle, span):
    """The same process, seen inside of spans of this name."""
    return Oracle(oracle.log, oracle.named, span)


def check(arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        preload = ":".join(library for library in (arguments.markers, arguments.oracle) if library)
        environment = dict(os.environ, LD_PRELOAD=preload, ORACLE_OUT=path, ORACLE_ALONE="1")
        subprocess.run([arguments.program], env=environment, check=True, capture_output=True, timeout=60)
        oracle = load(path, arguments.addr2line)
    report, summary, top, tags = oracle.report(), oracle.summary(), oracle.top(), set(arguments.tags.split())
    failures = []
    for source in arguments.sources:
        expected = stated.Expectations(source)
        failures += stated.check_report(expected, tags, report)
        failures += stated.check_summary(expected, tags, summary)
        failures += stated.check_sites(expected, tags, top)
        of_source = [function for function in report["functions"] if function["file"] == os.path.realpath(source)]
        failures += stated.check_conservation(expected, {"functions": of_source})
        for one in expected.of("span-total", tags):
            function = stated.find_function(inside(oracle, one.span).report(), one.function) or {}
            failures += [f"{source}: {one.function} in span {one.span}: {name} is {function.get(name)}, expected {value}"
                         for name, value in one.fields.items() if function.get(name) != value]
    for failure in failures:
        print(failure)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--addr2line", help="the program that names frames; default: LLVM's, else GNU's")
    parser.add_argument("--oracle")
    parser.add_argument("--markers", help="liboracle_markers.so, for programs that use marker.h")
    parser.add_argument("--program")
    parser.add_argument("--tags", default="")
    parser.add_argument("sources", nargs="*")
    arguments = parser.parse_args()
    if arguments.check:
        return check(arguments)
    oracle = load(arguments.sources[0], arguments.addr2line)
    command, functions = arguments.sources[1], arguments.sources[2:]
    if command == "report":
        wanted = [row for row in oracle.own_functions() if not functions or stated.plain_name(row[1][0]) in functions]
        answer = oracle.report(wanted)
    else:
        answer = {"top": oracle.top, "summary": oracle.summary}[command]()
    json.dump(answer, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
