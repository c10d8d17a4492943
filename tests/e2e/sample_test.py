#!/usr/bin/env python3
"""Watching processes from outside, and the peaks of what comes out and of traces."""

import os
import re
import subprocess
import sys

from e2e_test import E2eTest, main

MIB = 1 << 20

# Fills 32 MiB, starts a child that fills 16 MiB, and waits until its input ends.
PROGRAM = """
import subprocess, sys
block = bytearray(b"x") * (32 << 20)
child = subprocess.Popen([sys.executable, "-c",
    "import sys; b = bytearray(b'x') * (16 << 20); print('ready', flush=True); sys.stdin.read()"], stdin=subprocess.PIPE)
sys.stdin.read()
child.communicate()
"""


class Sample(E2eTest):
    def rows(self, text):
        lines = text.splitlines()
        return lines[0].split(","), [[float(field) for field in line.split(",")] for line in lines[1:]]

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def test_a_process_and_its_children(self):
        with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            found = {}
            for metric, children in [("rss", "none"), ("rss", "sum"), ("pss", "each"), ("uss", "none"), ("heap", "none")]:
                done = self.memline.run(["sample", "--pid", str(process.pid), "--metric", metric, "--children", children,
                                         "--interval", "0.02", "--timeout", "0.1"])
                self.assertEqual(done.returncode, 0, done.stderr)
                header, rows = self.rows(done.stdout)
                self.assertEqual(header, ["time", "pid", metric])
                own = [row for row in rows if row[1] == process.pid]
                self.assertGreaterEqual(len(own), 2)
                self.assertLessEqual(len(own), 6)
                found[metric, children] = own[-1][2]
                others = {row[1] for row in rows} - {process.pid}
                self.assertEqual(len(others), 1 if children == "each" else 0)
                for row in rows:
                    if row[1] != process.pid:
                        self.assertGreater(row[2], 16 * MIB)
            process.stdin.close()
        for value in found.values():
            self.assertGreater(value, 32 * MIB)
        self.assertGreater(found["rss", "sum"], found["rss", "none"] + 16 * MIB)
        self.assertLess(found["uss", "none"], found["rss", "none"])
        self.assertLess(found["heap", "none"], found["rss", "none"])

    def test_a_command_as_csv_and_as_dat(self):
        done = self.memline.run(["sample", "--interval", "0.005", "-o", "-", "--", self.guest("curve")], cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr, os.listdir(self.folder)), (0, "", []))
        self.assertEqual(done.stdout.splitlines()[0], "time,pid,rss")
        for name in ("out.csv", "out.dat"):
            done = self.memline.run(["sample", "--interval", "0.005", "-o", self.path(name), "--", self.guest("curve")])
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            peak = self.memline.run(["peak", self.path(name)])
            self.assertEqual(peak.returncode, 0, peak.stderr)
            mib = float(re.fullmatch(re.escape(self.path(name)) + r"\t([0-9.]+) MiB\n", peak.stdout)[1])
            # 16 MiB are written to, and stay for 190 ms; what else a small C program has in RAM is a few MiB
            self.assertGreater(mib, 16)
            self.assertLess(mib, 24)
            timeline = self.memline.json("plot", self.path(name))["timelines"][0]
            self.assertAlmostEqual(timeline["curves"][0]["peak"][1] / MIB, mib, delta=0.01)
            self.assertGreater(timeline["to"], 0.3)
        lines = self.read("out.dat").splitlines()
        self.assertEqual(lines[0], "CMDLINE " + self.guest("curve"))
        self.assertRegex(lines[1], r"^MEM [0-9]+\.[0-9]{6} [0-9]+\.[0-9]{4}$")

    def test_the_peak_of_a_trace_and_of_its_functions(self):
        done, trace = self.run_under_memline([self.guest("curve")])
        self.assertEqual(done.returncode, 0, done.stderr)
        for arguments, expected in [([], "332.000"), (["--func", "grow"], "92.000"), (["--func", "main"], "332.000")]:
            peak = self.memline.run(["peak", trace, *arguments])
            self.assertEqual((peak.returncode, peak.stdout), (0, f"{trace}\t{expected} MiB\n"), peak.stderr)
        rss = self.memline.run(["peak", trace, "--metric", "rss"]).stdout
        self.assertGreater(float(rss.split("\t")[1].split()[0]), 16)

    def test_no_time_is_time_for_one_sample(self):
        done = self.memline.run(["sample", "--timeout", "0", "-o", "-", "--", "sleep", "0.2"], cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 2, done.stdout)  # a header and the sample

    def test_refusals(self):
        for arguments, code, message in [
                (["sample"], 2, "--pid"),
                (["sample", "--pid", "1", "--", "true"], 2, "--pid"),
                (["sample", "--pid", "999999999"], 1, "999999999"),
                (["sample", "--interval", "nan", "--", "true"], 2, "--interval"),
                (["sample", "--timeout", "nan", "--", "true"], 2, "--timeout"),
                (["sample", "--", "/no/such/program"], 127, "/no/such/program"),
                (["sample", "-o", self.path("no/folder"), "--", "true"], 2, "no/folder"),
                (["peak", self.path("none.bin")], 3, "none.bin"),
                (["peak", "--func", "f", "--metric", "rss"], 2, "--metric")]:
            done = self.memline.run(arguments, cwd=self.folder)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    main()
