#!/usr/bin/env python3
"""Runs a program once under libmemline.so and liboracle.so together, so that both see the same calls, and compares every
number that both give, field by field.

    compare.py --memline BIN --preload LIB --oracle LIB [--input FILE] [--env NAME=VALUE]... -- COMMAND...
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict

import oracle_log
from oracle import inside, load, stated
from oracle_model import NOT_OWN

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from memline_tool import Memline  # noqa: E402

SUMMARY = stated.COUNTS + ("peak", "at_end", "temporary", "temporary_bytes", "leaked_blocks")
SITE = ("allocated", "allocations", "at_peak", "at_end", "temporary", "temporary_bytes")
LINE = ("mem_usage", "increment", "peak", "seen") + stated.COUNTS


def compare_summary(theirs, ours):
    return [f"summary: {name}: memline {ours[name]}, oracle {theirs[name]}"
            for name in SUMMARY if ours[name] != theirs[name]]


def source(path):
    """Where the compilation directory itself is relative ("./nptl"), addr2line puts it in front twice."""
    return re.sub(r"^([^/]+/)\1", r"\1", os.path.normpath(path))


def site_key(site, names):
    if site["file"] is not None:
        return source(site["file"]), site["line"]
    module = os.path.basename(site["module"] or "")
    name = site["function"]
    if not name or re.search(r"\+?0x[0-9a-f]+>?$", name) or name in ("??", "(unknown function)"):
        return module, None
    plain = stated.plain_name(name)
    return module, names.get(module, {}).get(plain, plain)


def sites_of(top, names):
    sites = defaultdict(lambda: dict.fromkeys(SITE, 0))
    for site in top["sites"]:
        if os.path.basename(site["module"] or "").startswith(("libunwind", "liboracle")) or (
                site["file"] is None and not site["module"]):
            continue  # the oracle's own: see warm_up() in oracle_preload.c
        for column in SITE:
            sites[site_key(site, names)][column] += site[column]
    return {key: values for key, values in sites.items() if any(values.values())}


def compare_top(theirs, ours, names):
    expected, found = sites_of(theirs, names), sites_of(ours, names)
    differences = []
    nothing = dict.fromkeys(SITE, 0)
    for key in sorted(set(expected) | set(found), key=str):
        for column in SITE:
            left, right = found.get(key, nothing)[column], expected.get(key, nothing)[column]
            if left != right:
                differences.append(f"top: {key}: {column}: memline {left}, oracle {right}")
    return differences


def compare_heap(theirs, heap):
    """heap --at peak --by line, for the lines that are named by file and line; and all rows together."""
    expected = {key: values["at_peak"] for key, values in sites_of(theirs, {}).items() if isinstance(key[1], int)}
    found = {(source(row["file"]), row["line"]): row["bytes"] for row in heap["rows"]
             if row["file"] is not None and not row["file"].endswith("/oracle_preload.c")}
    differences = [f"heap: {key}: memline {found.get(key, 0)}, oracle {expected.get(key, 0)}"
                   for key in sorted(set(expected) | set(found)) if found.get(key, 0) != expected.get(key, 0)]
    if heap["bytes"] != theirs["totals"]["peak"]:
        differences.append(f"heap: {heap['bytes']} bytes in memline, {theirs['totals']['peak']} in the oracle")
    return differences


def rows_of(function):
    return {(source(line["file"] or function["file"] or ""), line["line"]): line
            for line in function["lines"] if line["mem_usage"] is not None}


def compare_function(theirs, ours):
    where = f"report: {theirs['name']}"
    differences = [f"{where}: {name}: memline {ours[name]}, oracle {theirs[name]}"
                   for name in LINE if name != "mem_usage" and ours[name] != theirs[name]]
    expected, found = rows_of(theirs), rows_of(ours)
    for key in sorted(set(expected) | set(found), key=str):
        if key not in found or key not in expected:
            differences.append(f"{where}: {key}: only in {'memline' if key in found else 'the oracle'}")
            continue
        differences += [f"{where}: {key}: {name}: memline {found[key][name]}, oracle {expected[key][name]}"
                        for name in LINE if found[key][name] != expected[key][name]]
    return differences


def compare_report(theirs, memline, trace, *options):
    """Function by function. Several of one name (templates, overloads) are told apart by their numbers."""
    groups = defaultdict(list)
    for function in theirs["functions"]:
        groups[stated.plain_name(function["name"])].append(function)
    names = sorted(name for name in groups if re.fullmatch(r"~?\w+", name))
    answers = defaultdict(list)
    for first in range(0, len(names), 500):
        wanted = [argument for name in names[first:first + 500] for argument in ("--func", name)]
        for function in memline.json("report", trace, *options, *wanted)["functions"]:
            # The name may be a library's too: own_functions() has only those with a line of the program's own.
            if function["seen"] > 0 and any(line and not NOT_OWN.search(file) for file, line in rows_of(function)):
                answers[stated.plain_name(function["name"])].append(function)
    differences = []
    for name in names:
        expected, found = groups[name], answers[name]
        if len(found) != len(expected):
            differences.append(f"report: {name}: {len(found)} functions in memline, {len(expected)} in the oracle")
            continue

        def order(function):
            return sorted(str(key) for key in rows_of(function)), function["allocated"], function["increment"]

        for one, other in zip(sorted(expected, key=order), sorted(found, key=order)):
            differences += compare_function(one, other)
    return differences


def main():
    parser = argparse.ArgumentParser()
    for name in ("memline", "preload", "oracle"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--addr2line")
    parser.add_argument("--input")
    parser.add_argument("--markers", help="liboracle_markers.so, for programs that use marker.h")
    parser.add_argument("--span", action="append", default=[], help="compare the report of this span too")
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--keep", help="a folder that keeps trace and log")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = arguments.keep or folder
        preload = ":".join(one for one in (arguments.markers, arguments.preload, arguments.oracle) if one)
        memline = Memline(arguments.memline, preload, folder)
        environment = dict(one.split("=", 1) for one in arguments.env)
        environment["ORACLE_OUT"] = os.path.join(folder, "%p.log")
        done, trace = memline.record(arguments.command, env=environment,
                                     stdin=open(arguments.input, "rb") if arguments.input else subprocess.DEVNULL)
        if done.returncode != 0:
            print(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
            return 1
        summary = memline.json("summary", trace)
        oracle = load(os.path.join(folder, f"{summary['program']['pid']}.log"), arguments.addr2line)
        names = {os.path.basename(module): oracle_log.aliases(module) for module in oracle.log.modules.values() if module}
        differences = compare_summary(oracle.summary(), summary)
        differences += compare_top(oracle.top(), memline.json("top", trace), names)
        differences += compare_heap(oracle.top(), memline.json("heap", trace, "--at", "peak", "--by", "line"))
        differences += compare_report(oracle.report(), memline, trace)
        for span in arguments.span:
            differences += compare_report(inside(oracle, span).report(), memline, trace, "--span", span)
    for difference in differences:
        print(difference)
    print(f"{len(oracle.log.events)} events, {len(oracle.log.stacks)} stacks, {len(oracle.own_functions())} functions, "
          f"{len(oracle.sites)} sites compared: {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
