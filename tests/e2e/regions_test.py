#!/usr/bin/env python3
"""What regions say of tests/guests/regions.c, whose source has the numbers."""

import csv
import io
import re
import subprocess

from e2e_test import E2eTest, main

MIB = 1 << 20

# (name, used, peaked above current, total): 3 MiB are held since before main, 4 MiB by main itself
SPANS = [("parse", 8, 16, 15), ('load "all"\n', 0.5, 23.5, 7.5)]
CALLS = [("fit", 2, 3, 9.5), ("fit", 2, 3, 12.5)]


class Regions(E2eTest):
    def record(self):
        done, trace = self.memline.record([self.guest("regions")])
        self.assertEqual(done.returncode, 0, done.stderr)
        return trace

    def sentences(self, regions):
        return [f"'{name}' used {used:.4f} MiB RAM in Ts, peaked {peak:.2f} MiB above current, "
                f"total RAM usage {total:.2f} MiB".replace("\n", "\\n") for name, used, peak, total in regions]

    def test_a_sentence_for_each_span(self):
        done = self.memline.run(["regions", self.record()])
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = re.sub(r" in \d+\.\d\ds,", " in Ts,", done.stdout).splitlines()
        self.assertEqual(lines[:2], self.sentences(SPANS))
        # what pthread_create keeps is the C library's business
        self.assertRegex(lines[2], r"^'threads' used 0\.00\d\d MiB RAM in Ts, peaked 1\.0\d MiB above current, ")
        self.assertEqual(lines[3].split(" total")[0],
                         self.sentences([("release", -4, 4, 0)])[0].split(" total")[0])
        self.assertEqual(len(lines), 4)
        self.assertIn("1 span never ended.", done.stderr)

    def test_the_calls_of_a_function(self):
        trace = self.record()
        regions = self.memline.json("regions", trace, "--region-func", "fit")["regions"]
        calls = [one for one in regions if one["kind"] == "function"]
        self.assertEqual([(one["name"], one["memory_delta"], one["memory_peak"], one["memory_usage"],
                           one["peak_abs"]) for one in calls],
                         [(name, used * MIB, peak * MIB, total * MIB, (total + peak) * MIB)
                          for name, used, peak, total in CALLS])
        spans = [one for one in regions if one["kind"] == "span"]
        self.assertEqual([one["memory_delta"] for one in spans[:2]], [used * MIB for _, used, _, _ in SPANS])
        for one in regions:
            self.assertGreaterEqual(one["time_delta"], 0)
        done = self.memline.run(["regions", trace, "--region-func", "fitt"])
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("did you mean fit", done.stderr)

    def test_a_call_lasts_as_long_as_it_waits(self):
        done, trace = self.memline.record([self.guest("slow_calls")])
        self.assertEqual(done.returncode, 0, done.stderr)
        regions = self.memline.json("regions", trace, "--region-func", "wait_between")["regions"]
        self.assertEqual(len(regions), 1)
        # stamps are shared for about a millisecond
        self.assertGreater(regions[0]["time_delta"], 0.297)

    def test_regions_as_csv_and_by_rss(self):
        trace = self.record()
        done = self.memline.run(["regions", trace, "--format", "csv"])
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([int(row["memory_usage"]) for row in rows[:2]], [total * MIB for _, _, _, total in SPANS])
        rss = self.memline.json("regions", trace, "--metric", "rss")
        self.assertEqual(rss["metric"], "rss")
        self.assertEqual([one["name"] for one in rss["regions"]][:2], [name for name, _, _, _ in SPANS])

    def test_a_program_without_spans(self):
        done, trace = self.memline.record([self.guest("many_blocks")])
        self.assertEqual(done.returncode, 0)
        done = self.memline.run(["regions", trace])
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("--region-func", done.stderr)

    def test_a_run_stands_where_it_ended(self):
        # that the thread's only function has ended is seen at the end of the trace, after the span that it ran in
        regions = self.memline.json("regions", self.record(), "--region-func", "other_thread")["regions"]
        self.assertEqual([one["name"] for one in regions],
                         [name for name, _, _, _ in SPANS] + ["other_thread", "threads", "release"])
        done = self.memline.run(["regions", self.memline.traces()[0], "--region-func", "other_thread"])
        self.assertEqual([line.split("'")[1] for line in done.stdout.splitlines()],
                         [one["name"].replace("\n", "\\n") for one in regions])

    def test_a_function_without_an_event(self):
        _, trace = self.memline.record([self.guest("many_blocks"), "0"])
        done = self.memline.run(["regions", trace, "--region-func", "churn"])
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no event has 'churn' on its stack", done.stderr)

    def test_regions_are_shown_while_the_program_runs(self):
        # the first span ends at once, the program only after that was seen
        memline = self.watch("--region-func", "main")
        first = memline.stderr.readline()
        self.assertRegex(first, r"^'first' used 6\.0000 MiB RAM in \d\.\d\ds, peaked 2\.00 MiB above current, "
                                r"total RAM usage 6\.00 MiB$")
        rest = self.go_on(memline)
        self.assertEqual(re.findall(r"^'(\w+)' used (-?[\d.]+) MiB", rest, re.M),
                         [("second", "-6.0000"), ("main", "0.0000")])

    def test_the_function_option_needs_the_watch(self):
        done = self.memline.run(["run", "--region-func", "main", "true"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("--watch", done.stderr)

    def test_a_program_measures_itself(self):
        for build in ("gcc-O2", "clang-O0"):
            program = self.guest("measurements", build)
            alone = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((alone.returncode, alone.stdout), (0, "as it must be\n"))
            done, _ = self.memline.record([program, "profiled"], text=True)
            self.assertEqual((done.returncode, done.stdout), (0, "as it must be\n"), done.stderr)


if __name__ == "__main__":
    main()
