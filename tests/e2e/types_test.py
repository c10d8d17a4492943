#!/usr/bin/env python3
"""Holds `memline heap --by type` against guests that state the types of their blocks (tests/guests/truth.h).

    types_test.py --memline BIN --preload LIB [--right PERCENT] PROGRAM...

Of the bytes that a guest states at least --right percent must stand under the right type, and at most one percent under
a wrong one. With --verbose it prints what is not right.
"""

import argparse
import os
import sys
import tempfile

from memline_tool import Memline


def truths(text, certainty):
    """Kind -> [count, bytes]."""
    stated = {}
    for line in text.splitlines():
        fields = line.split("\t")
        if fields[0] != certainty:
            continue
        entry = stated.setdefault(fields[1], [0, 0])
        entry[0] += int(fields[2])
        entry[1] += int(fields[3])
    return stated


def judge(stated, possible, rows):
    """(right, wrong, all) bytes, and what is not right."""
    shown = {row["kind"]: row for row in rows if row["rule"] is not None}
    complaints = []
    right = wrong = 0
    for kind, (count, size) in stated.items():
        row = shown.get(kind, {"count": 0, "bytes": 0, "rule": None})
        more = max(0, row["bytes"] - size)
        right += min(size, row["bytes"])
        wrong += max(0, more - possible.get(kind, (0, 0))[1])
        if (row["count"], row["bytes"]) != (count, size) and (more == 0 or kind not in possible):
            complaints.append(f"{kind}: {row['count']} objects, {row['bytes']} bytes ({row['rule']}); "
                              f"stated: {count} objects, {size} bytes")
    for kind, row in shown.items():
        more = row["bytes"] - possible.get(kind, (0, 0))[1]
        if kind not in stated and more > 0:
            wrong += more
            complaints.append(f"{kind}: {row['count']} objects, {row['bytes']} bytes ({row['rule']}); not stated")
    return right, wrong, sum(size for _, size in stated.values()), complaints


def check(memline, program, least_right, verbose):
    done, trace = memline.record([program])
    if done.returncode != 0:
        return [f"{program}: exit {done.returncode}: {done.stderr!r}"]
    text = done.stdout.decode()
    heap = memline.json("heap", trace, "--by", "type", "--at", "end")
    right, wrong, whole, complaints = judge(truths(text, "type"), truths(text, "maybe"), heap["rows"])
    verdict = (f"{program}: {100 * right / whole:.2f} % of {whole} bytes right, {100 * wrong / whole:.2f} % wrong")
    failures = []
    if 100 * right < least_right * whole or 100 * wrong > whole:
        failures = [verdict, *complaints]
    elif verbose:
        print("\n  ".join([verdict, *complaints]))
    known = sum(row["bytes"] for row in heap["rows"] if row["rule"] is not None)
    if heap["typed_bytes"] != known:
        failures.append(f"{program}: typed_bytes is {heap['typed_bytes']}, the rows have {known}")
    if (heap["count"], heap["bytes"]) != tuple(sum(row[name] for row in heap["rows"]) for name in ("count", "bytes")):
        failures.append(f"{program}: rows do not add up to {heap['count']} objects, {heap['bytes']} bytes")
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memline", required=True)
    parser.add_argument("--preload", required=True)
    parser.add_argument("--right", type=float, default=100)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("programs", nargs="+")
    arguments = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        memline = Memline(arguments.memline, arguments.preload, folder)
        for program in arguments.programs:
            failures += check(memline, os.path.abspath(program), arguments.right, arguments.verbose)
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
