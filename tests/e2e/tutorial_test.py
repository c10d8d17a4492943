#!/usr/bin/env python3
"""docs/tutorial.md: every command in it is run, and what it prints is compared with what stands there, up to times and RSS.

    tutorial_test.py            the test
    tutorial_test.py --renew    writes what the commands print into the page
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(REPOSITORY, "docs", "tutorial.md")
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
    text = re.sub(r"^(peak RSS: .*|.* MiB peak RSS per loop .*)\n?", "", text, flags=re.M)
    text = re.sub(r"(\d+\.\d\d MiB RSS|RSS \d+\.\d\d ± \d+\.\d\d MiB), ", "", text)
    # what libstdc++ keeps ready for exceptions, from version to version
    text = re.sub(r"\b7[1-5](\.\d+)? KiB", "POOL", text)
    # a column of times may be wider, and the rule below the titles longer
    text = re.sub(r"={4,}", "====", re.sub(r" {2,}", " ", text))
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


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
        blocks = [body for kind, body in FENCE.findall(read(PAGE)) if kind == "console"]
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            for command, wanted in commands_of(block):
                printed = reader.type(command)
                if "task-clock: not permitted" in printed:
                    break  # nor will the commands that follow have anything of it to show
                with self.subTest(command=command):
                    self.assertEqual(without_times(printed), without_times(wanted))

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
