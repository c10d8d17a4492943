#!/usr/bin/env python3
"""How memory grows with the size of the input, of a guest whose lines grow in every usual way."""

import csv
import io
import json
import os

from e2e_test import SOURCES, E2eTest, main

SIZES = [64, 256, 1024, 4096]
LAWS = ["O(1)", "O(log n)", "O(n)", "O(n log n)", "O(n^2)"]


def expected(law, n):
    log = n.bit_length() - 1
    return {"O(1)": 4096, "O(log n)": 512 * log, "O(n)": 8 * n, "O(n log n)": 8 * n * log, "O(n^2)": n * n}[law]


class Sweep(E2eTest):
    def setUp(self):
        super().setUp()
        with open(os.path.join(SOURCES, "growth.c"), encoding="utf-8") as file:
            text = file.read().splitlines()
        self.line_of = {law: next(i for i, line in enumerate(text, 1) if f"/* {law} */" in line) for law in LAWS}

    def sweep(self, *arguments, sizes=SIZES):
        done = self.memline.run(["sweep", "--n", ",".join(map(str, sizes)), "-r", "1", *arguments, "--",
                                 self.guest("growth"), "{n}"])
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_every_line_of_a_function(self):
        subjects = json.loads(self.sweep("--func", "grow", "--format", "json"))["subjects"]
        lines = [one for one in subjects if one["kind"] == "line"]
        self.assertEqual([one["line"] for one in lines], [self.line_of[law] for law in reversed(LAWS)])
        for one, law in zip(lines, reversed(LAWS)):
            self.assertEqual(one["values"], [expected(law, n) for n in SIZES])
            self.assertEqual(one["growth"], law)
        square = lines[0]
        for key in ("exponent", "exponent_low", "exponent_high"):
            self.assertAlmostEqual(square[key], 2, places=6)
        total = [sum(expected(law, n) for law in LAWS) for n in SIZES]
        for kind in ("function", "process"):
            one = next(subject for subject in subjects if subject["kind"] == kind)
            self.assertEqual(one["values"], total)
        times = next(subject for subject in subjects if subject["kind"] == "time")
        self.assertTrue(all(0 < value < 60 for value in times["values"]))

    def test_a_command_that_starts_the_program(self):
        done = self.memline.run(["sweep", "--n", "64, 256, 1024", "-r", "1", "--format", "json", "--", "sh", "-c",
                                 f"{self.guest('growth')} {{n}}; true"])
        self.assertEqual(done.returncode, 0, done.stderr)
        sweep = json.loads(done.stdout)
        process = next(subject for subject in sweep["subjects"] if subject["kind"] == "process")
        self.assertEqual(process["values"], [sum(expected(law, n) for law in LAWS) for n in (64, 256, 1024)])
        self.assertTrue(any("the one that allocated most" in note and "growth" in note for note in sweep["notes"]))

    def test_single_lines_and_sites(self):
        line = f"growth.c:{self.line_of['O(n)']}"
        rows = list(csv.DictReader(io.StringIO(self.sweep("--line", line, "--format", "csv"))))
        found = [(int(row["n"]), int(row["bytes"]), row["growth"]) for row in rows if row["kind"] == "line"]
        self.assertEqual(found, [(n, 8 * n, "O(n)") for n in SIZES])
        # without a choice every line that owns memory at the peak
        subjects = json.loads(self.sweep("--format", "json"))["subjects"]
        owned = {one["line"]: one["growth"] for one in subjects if one["kind"] == "line"}
        self.assertEqual(owned, {self.line_of[law]: law for law in LAWS})

    def test_the_table_and_the_picture(self):
        picture = self.path("growth.svg")
        text = self.sweep("--func", "grow", "-o", picture)
        rows = text.splitlines()
        first = next(i for i, row in enumerate(rows) if row.startswith("===")) + 1
        self.assertTrue(rows[first].startswith("O(n^2)"), text)
        self.assertIn("16.00 MiB", rows[first])
        with open(picture, encoding="utf-8") as file:
            drawn = file.read()
        # from 64 to 4096, and from 3 KiB to 16 MiB: both axes are logarithmic
        for tick in (">100<", ">1000<", " KiB<", " MiB<", "O(n log n)"):
            self.assertIn(tick, drawn)

    def test_every_size_has_its_rss(self):
        # what memline needs to read python3's traces is more than these programs hold
        sizes = [20_000_000, 22_000_000, 24_000_000]
        done = self.memline.run(["sweep", "--n", ",".join(map(str, sizes)), "-r", "1", "--format", "json", "--",
                                 "python3", "-S", "-c", "kept = b'x' * {n}"])
        self.assertEqual(done.returncode, 0, done.stderr)
        rss = next(one for one in json.loads(done.stdout)["subjects"] if one["kind"] == "rss")
        for size, value in zip(sizes, rss["values"]):
            self.assertGreater(value or 0, size)

    def test_one_size_and_two_sizes_tell_no_law(self):
        for sizes in ([64], [64, 128]):
            subjects = json.loads(self.sweep("--format", "json", sizes=sizes))["subjects"]
            self.assertEqual({one["growth"] for one in subjects}, {None})
            self.assertTrue(all(one["exponent_low"] is None for one in subjects))

    def test_refusals(self):
        guest = self.guest("growth")
        for arguments, code, message in [
                (["--n", "1,2", "--", guest], 2, "{n}"),
                (["--n", "1,x", "--", guest, "{n}"], 2, "1,x"),
                (["--n", "0", "--", guest, "{n}"], 2, "not a list"),
                (["--", guest, "{n}"], 2, "--n"),
                (["--n", "8", "--line", "growth.c", "--", guest, "{n}"], 2, "FILE:LINE"),
                (["--n", "8", "--func", "no_such", "--", guest, "{n}"], 1, "no_such"),
                (["--n", "8", "--", "sh", "-c", "exit 7 # {n}"], 1, "n = 8: the command exited with 7"),
                (["--n", "8", "-t", "0.2", "--", "sleep", "{n}"], 1, "took too long"),
                (["--n", "8", "--", "/no/such/program", "{n}"], 127, "/no/such/program")]:
            done = self.memline.run(["sweep", "-r", "1", *arguments])
            self.assertEqual((done.returncode, done.stdout), (code, ""), (arguments, done.stderr))
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    main()
