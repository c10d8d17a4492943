#!/usr/bin/env python3
"""docs/tutorial.md: every command in it is run, and what it prints is compared with what stands there, up to times and RSS.

    tutorial_test.py            the test
    tutorial_test.py --renew    writes what the commands print into the page
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(REPOSITORY, "docs", "tutorial.md")
PAGES_POOL = 72704  # bytes that libstdc++ keeps ready for exceptions where the page was written; part of many sizes
PROGRAMS = os.path.join(REPOSITORY, "docs", "tutorial")
SHOWN_FOLDER = "/home/me/tutorial"  # where the page's reader has copied the programs to

FENCE = re.compile(r"^```(console|cpp)\n(.*?)^```$", re.M | re.S)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def commands_of(block):
    """[(command, what it prints)] of a console block; a command goes on after a backslash at the end of a line."""
    found = []
    for line in block.splitlines():
        if found and found[-1][0].endswith("\\"):
            found[-1] = (found[-1][0] + "\n" + line, [])
        elif line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in found]


def without_times(text):
    text = re.sub(r"\d+(\.\d+)?(e[+-]?\d+)? ?(ns|µs|ms|s)\b", "T", text)
    # what was sampled so often, and its error
    text = re.sub(r"\(\d+ samples?\)", "(samples)", text)
    text = re.sub(r"\bT +\d+ +T\b", "T error T", text)
    # of small programs the kernel does not tell it
    text = re.sub(r"^(peak RSS: .*|.* MiB peak RSS per loop .*|memline: RSS: not known, .*)\n?", "", text, flags=re.M)
    # On a machine that has no time to read them.
    text = re.sub(r"^(memline: )?Samples: \d+ w(as|ere) lost, .*\n?", "", text, flags=re.M)
    text = re.sub(r"(\d+\.\d\d MiB RSS|RSS \d+\.\d\d ± \d+\.\d\d MiB), ", "", text)
    text = re.sub(r"\b7[1-5](\.\d+)? KiB", "POOL", text)  # of libstdc++, see PAGES_POOL
    # a column of times may be wider, and the rule below the titles longer
    text = re.sub(r"={4,}", "====", re.sub(r" {2,}", " ", text))
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


SIZE = re.compile(r"\d+(?:\.\d+)? (?:B\b|KiB|MiB|bytes)")
UNITS = {"B": 1, "bytes": 1, "KiB": 1024, "MiB": 1024 * 1024}


def size(text):
    """Bytes, and how much of them is rounding."""
    number, unit = text.split()
    return float(number) * UNITS[unit], UNITS[unit] * 10 ** -len(number.partition(".")[2]) if unit[1:] == "iB" else 0


def with_sizes_of(wanted, printed, difference):
    """What is wanted, with the sizes that were printed where they differ by no more than `difference` bytes."""
    ours, theirs = SIZE.findall(printed), SIZE.findall(wanted)
    if len(ours) != len(theirs):
        return wanted
    chosen = []
    for one, other in zip(ours, theirs):
        (left, rounding), (right, more) = size(one), size(other)
        chosen.append(one if abs(left - right) <= difference + max(rounding, more) else other)
    return SIZE.sub(lambda _: chosen.pop(0), wanted)


class Reader:
    """Somebody who has copied the programs into a folder and types what the page says."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="memline-tutorial-")
        for name in os.listdir(PROGRAMS):
            shutil.copy(os.path.join(PROGRAMS, name), self.folder)
        memline = os.environ["MEMLINE"]
        self.environment = dict(os.environ, PATH=os.path.dirname(memline) + ":" + os.environ["PATH"], LC_ALL="C.UTF-8")
        include = os.path.join(REPOSITORY, "include")
        self.environment["CPLUS_INCLUDE_PATH"] = include

    def pool(self):
        """What libstdc++ keeps ready for exceptions: all that a program which does nothing allocates."""
        self.type("echo 'int main() {}' | g++ -x c++ -Wl,--no-as-needed -o nothing - && memline run -o nothing.bin ./nothing")
        return json.loads(self.type("memline summary --format json nothing.bin"))["peak"]

    def leave(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def type(self, command):
        done = subprocess.run(["/bin/bash", "-c", command], cwd=self.folder, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        return done.stdout.replace(os.path.realpath(self.folder), SHOWN_FOLDER).rstrip("\n")


class Tutorial(unittest.TestCase):
    maxDiff = None

    def test_every_command_prints_what_the_page_says(self):
        reader = Reader()
        self.addCleanup(reader.leave)
        difference = abs(reader.pool() - PAGES_POOL)
        blocks = [body for kind, body in FENCE.findall(read(PAGE)) if kind == "console"]
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            for command, wanted in commands_of(block):
                printed = reader.type(command)
                if "task-clock: not permitted" in printed:
                    break  # nor will the commands that follow have anything of it to show
                with self.subTest(command=command):
                    ours, theirs = without_times(printed), without_times(wanted)
                    self.assertEqual(ours, with_sizes_of(theirs, ours, difference) if difference else theirs)

    def test_the_code_that_is_shown_is_that_of_the_programs(self):
        programs = "".join(read(os.path.join(PROGRAMS, name)) for name in sorted(os.listdir(PROGRAMS))
                           if name.endswith((".cpp", ".h")))
        for kind, body in FENCE.findall(read(PAGE)):
            if kind == "cpp":
                self.assertIn(body, programs)


def renew():
    reader = Reader()

    def printed(match):
        if match.group(1) != "console":
            return match.group(0)
        lines = []
        for command, _ in commands_of(match.group(2)):
            output = "\n".join(line.rstrip() for line in reader.type(command).splitlines())
            lines.append("$ " + command + ("\n" + output if output else "") + "\n")
        return "```console\n" + "".join(lines) + "```"

    try:
        page = FENCE.sub(printed, read(PAGE))
    finally:
        reader.leave()
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    if sys.argv[1:] == ["--renew"]:
        renew()
    else:
        unittest.main(verbosity=2)
