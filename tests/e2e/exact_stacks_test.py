#!/usr/bin/env python3
"""Holds memline's stacks against exact ones: the guest exact_stacks knows which functions it has entered.

    exact_stacks_test.py --memline BIN --preload LIB --program GUEST

Every stack of the trace, resolved by addr2line, has to be the chain that the guest wrote down at that very call, and each
function's report has to add up to the events that happened inside it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

from memline_tool import Memline

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
from expectations import plain_name  # noqa: E402
from oracle_log import ask_addr2line, find_addr2line  # noqa: E402

MOST_SHOWN = 5


def function_names(program):
    """{offset: name} of the program's functions, without the suffixes of clones."""
    answer = subprocess.run(["nm", "--defined-only", program], capture_output=True, text=True, check=True)
    symbols = [text.split() for text in answer.stdout.splitlines()]
    base = next(int(offset, 16) for offset, _, name in symbols if name == "__executable_start")
    return {int(offset, 16) - base: name.split(".")[0] for offset, kind, name in symbols if kind in "tT"}


def read_exact(path, names):
    """{(kind, size): chain}, outermost first. A resized block goes by its new size; also {new size: old size}."""
    chains, old_sizes = {}, {}
    with open(path, encoding="ascii") as log:
        for text in log:
            kind, *words = text.split()
            if kind == "r":
                old_sizes[int(words[1])] = int(words[0])
                words = words[1:]
            chains[kind, int(words[0])] = tuple(names[int(word, 16)] for word in words[1:])
    return chains, old_sizes


class Recorded:
    """The events of a trace, as `memline dump` prints them, with stacks of (module, offset), outermost first."""

    def __init__(self, memline, trace, program):
        done = memline.run(["dump", trace])
        if done.returncode != 0:
            raise AssertionError(f"memline dump: {done.stderr}")
        self.program, self.stacks, self.events, self.sizes = os.path.basename(program), {}, [], {}
        for text in done.stdout.splitlines():
            match = re.match(r" *[\d.]+ lane (\d+) thread \S+ (\w+) (.*)", text)
            if match:
                self._read(match[1], match[2], match[3])

    def _read(self, lane, name, rest):
        fields = dict(re.findall(r"(\w+)=(\[[^\]]*\]|\S+)", rest))
        if name == "Stack":
            stack = self.stacks.get((lane, fields["parent"]), ())
            for number, frame in enumerate(fields["frames"][1:-1].split()):
                stack += (frame,)
                self.stacks[lane, str(int(fields["first_id"]) + number)] = stack
        elif name in ("Acquire", "AcquireUsable", "Release", "MoveEnd"):
            stack = self.stacks.get((lane, fields["stack"]), ())
            if name == "Release":
                self.events.append((("f", self.sizes.pop(fields["address"], None)), stack))
                return
            if name == "MoveEnd":
                self.sizes.pop(fields["old_address"], None)
            self.sizes[fields["address"]] = int(fields["size"])
            self.events.append((("r" if name == "MoveEnd" else "a", int(fields["size"])), stack))

    def offsets(self):
        """{frame text: what to look up} of the frames in the program itself."""
        frames = {frame for stack in self.stacks.values() for frame in stack if frame.startswith(self.program + "+")}
        return {frame: int(frame.split("+")[1].split("(")[0], 16) - (0 if frame.endswith("(exact)") else 1)
                for frame in frames}


def check_stacks(recorded, exact, program):
    """Compares the chain of instrumented functions of every event that the guest wrote down."""
    offsets = recorded.offsets()
    named = ask_addr2line(find_addr2line(), program, sorted(set(offsets.values())))
    instrumented = {function for chain in exact.values() for function in chain}
    chain_of = {}
    for frame, offset in offsets.items():
        inlined = [plain_name(function) for function, *_ in reversed(named[offset])]
        chain_of[frame] = [name.split(".")[0] for name in inlined if name.split(".")[0] in instrumented]
    missing, failures = dict(exact), []
    for key, stack in recorded.events:
        if key not in missing:
            continue
        found = tuple(function for frame in stack for function in chain_of.get(frame, ()))
        expected = missing.pop(key)
        if found != expected:
            failures.append(f"{key}: found {' '.join(found)}\n   entered {' '.join(expected)}")
    failures += [f"not recorded: {key} {' '.join(chain)}" for key, chain in missing.items()]
    return failures


def check_report(memline, trace, exact, old_sizes):
    """Inclusive counts of every function."""
    expected = defaultdict(Counter)
    for (kind, size), chain in exact.items():
        counts = {"a": {"allocated": size, "allocations": 1}, "f": {"freed": size, "frees": 1},
                  "r": {"allocated": size, "freed": old_sizes.get(size), "reallocations": 1}}[kind]
        for function in set(chain) - {"main", "walk"}:  # those two allocate on their own too: threads, files
            expected[function].update(counts)
    names = [argument for function in sorted(expected) for argument in ("--func", function)]
    failures, report = [], memline.json("report", trace, *names)
    for function, counts in expected.items():
        rows = [row for row in report["functions"] if plain_name(row["name"]) == function]
        if len(rows) != 1:
            failures.append(f"{len(rows)} tables of {function}")
            continue
        failures += [f"{function}: {field} is {rows[0][field]}, the guest counted {counts[field]}"
                     for field in ("allocated", "freed", "allocations", "frees", "reallocations")
                     if rows[0][field] != counts[field]]
    return failures


def main():
    parser = argparse.ArgumentParser()
    for name in ("--memline", "--preload", "--program"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "exact")
        memline = Memline(arguments.memline, arguments.preload, folder)
        done, trace = memline.record([arguments.program], env={"EXACT_OUT": log})
        if done.returncode != 0:
            print(f"the guest failed: {done.returncode} {done.stderr!r}")
            return 1
        exact, old_sizes = read_exact(log, function_names(arguments.program))
        failures = check_stacks(Recorded(memline, trace, arguments.program), exact, arguments.program)
        failures += check_report(memline, trace, exact, old_sizes)
    print(f"{len(exact)} stacks of {len(set(exact.values()))} kinds, {len(failures)} differences")
    for failure in failures[:MOST_SHOWN]:
        print(failure)
    return 1 if failures or len(exact) < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
