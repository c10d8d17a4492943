#!/usr/bin/env python3
"""memit, time and timeit: how often the program runs, what is said of it, and of runs that fail."""

import json

from e2e_test import E2eTest, main

MIB = 1 << 20
# tests/guests/regions.c: 3 MiB before main, at most 28 more in it; fit starts with 7.5 and 10.5 MiB live and takes 5
PEAK, BEFORE_MAIN, FIT_PEAK, FIT_INCREMENT = 31, 3, 15.5, 5


class RepeatedRuns(E2eTest):
    def counted(self, guest, ending=""):
        """A command that notes each of its runs in a file."""
        return ["/bin/sh", "-c", f"echo run >> {self.path('log')}; {ending} exec {self.guest(guest)}"]

    def count(self, name="log"):
        with open(self.path(name), encoding="utf-8") as file:
            return len(file.readlines())

    def test_memit_says_the_exact_peak(self):
        done = self.memline.run(["memit", "-r", "2", "--", self.guest("regions")])
        lines = done.stdout.splitlines()
        unknown = "" if "RSS" in lines[1] else "memline: RSS: not known, the program held less than memline did when it started it\n"
        self.assertEqual((done.returncode, done.stderr), (0, unknown))
        self.assertEqual(lines[0], f"peak memory: {PEAK:.2f} MiB, increment: {PEAK - BEFORE_MAIN:.2f} MiB")
        self.assertRegex(lines[1], rf"^worst of 2: {PEAK:.2f} MiB heap, (\d+\.\d\d MiB RSS, )?[\d.]+ m?s$")
        self.assertTrue(lines[2].startswith(f"mean ± std. dev. of 2 runs: peak {PEAK:.2f} ± 0.00 MiB, "), lines[2])
        self.assertEqual(len(lines), 3)

    def test_memit_of_a_function(self):
        done = self.memline.run(["memit", "-r", "1", "--func", "fit", "--format", "json", self.guest("regions")])
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual((found["peak"]["worst"], found["increment"]["worst"]), (FIT_PEAK * MIB, FIT_INCREMENT * MIB))
        self.assertEqual(found["peak"]["stdev"], 0)
        self.assertEqual(found["runs"][0]["exit"], {"kind": "exit", "code": 0})
        done = self.memline.run(["memit", "-r", "1", "--func", "nothing_of_that_name", self.guest("regions")])
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing_of_that_name", done.stderr)

    def test_memit_runs_the_program_as_often_as_asked(self):
        for repeat in (1, 3):
            open(self.path("log"), "w", encoding="utf-8").close()
            done = self.memline.run(["memit", "-r", str(repeat), "--setup", f"echo set >> {self.path('setups')}",
                                     "--out", self.path("result"), "--", *self.counted("regions")])
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            self.assertEqual(self.count(), repeat)
        self.assertEqual(self.count("setups"), 4)
        with open(self.path("result"), encoding="utf-8") as file:
            self.assertIn(f"worst of 3: {PEAK:.2f} MiB heap", file.read())

    def test_runs_that_fail_are_reported_and_do_not_count(self):
        # the second of three runs fails, and the third takes too long
        script = (f"echo run >> {self.path('log')}; n=$(grep -c run {self.path('log')}); "
                  f"test $n = 2 && exit 7; test $n = 3 && sleep 1000; exec {self.guest('regions')}")
        done = self.memline.run(["memit", "-t", "3", "--format", "json", "--", "/bin/sh", "-c", script])
        self.assertEqual(done.returncode, 1)
        self.assertIn("run 2 of 3 exited with 7", done.stderr)
        self.assertRegex(done.stderr, r"run 3 of 3 timed out after \d")
        found = json.loads(done.stdout)
        self.assertEqual([run["exit"]["kind"] for run in found["runs"]], ["exit", "exit", "timeout"])
        self.assertEqual([run["counts"] for run in found["runs"]], [True, False, False])
        self.assertEqual((found["counted"], found["peak"]["worst"]), (1, PEAK * MIB))
        self.assertEqual(self.count(), 3)
        done = self.memline.run(["memit", "-r", "1", "-i", "--", *self.counted("regions", "exit 7;")])
        self.assertIn("worst of 1: ", done.stdout)

    def test_where_no_run_counts_nothing_is_said_of_numbers(self):
        done = self.memline.run(["memit", "-r", "1", "--", "/bin/sh", "-c", "exit 3"])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "memline: run 1 of 1 exited with 3\n"))

    def test_what_cannot_run(self):
        done = self.memline.run(["memit", "/nonexistent/program"])
        self.assertEqual((done.returncode, done.stdout), (127, ""))
        for arguments in (["memit"], ["memit", "-r", "0", "true"], ["timeit", "-n", "x", "true"], ["time", "-t", "-1"],
                          ["memit", "-t", "nan", "true"]):
            done = self.memline.run(arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)

    def test_time(self):
        done = self.memline.run(["time", *self.counted("regions")])
        self.assertEqual(done.returncode, 0, done.stderr)
        number = r"(\d+(\.\d+)?) (s|ms|µs|ns)"
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], f"^CPU times: user {number}, sys {number}, total: {number}$")
        self.assertRegex(lines[1], f"^Wall time: {number}$")
        self.assertEqual(lines[2], f"peak memory: {PEAK:.2f} MiB, increment: {PEAK - BEFORE_MAIN:.2f} MiB")
        self.assertEqual(self.count(), 2)
        done = self.memline.run(["time", "--once", *self.counted("regions")])
        self.assertNotIn("peak memory", done.stdout)
        self.assertEqual(self.count(), 3)
        done = self.memline.run(["time", "--once", self.guest("nothing")])
        if "peak RSS" not in done.stdout:
            self.assertIn("RSS: not known", done.stderr)
        done = self.memline.run(["time", "--", "/bin/sh", "-c", "exit 3"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("the program exited with 3", done.stderr)
        self.assertIn("Wall time: ", done.stdout)

    def test_timeit(self):
        done = self.memline.run(["timeit", "-r", "3", "-n", "2", *self.counted("regions")])
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        number = r"(\d+(\.\d+)?) (s|ms|µs|ns)"
        self.assertRegex(lines[0],
                         rf"^{number} ± {number} per loop \(mean ± std\. dev\. of 3 runs, 2 loops each\)$")
        self.assertEqual(lines[-1], f"peak memory: {PEAK:.2f} MiB, increment: {PEAK - BEFORE_MAIN:.2f} MiB")
        self.assertEqual(self.count(), 3 * 2 + 1)

    def test_timeit_finds_out_how_many_loops_there_have_to_be(self):
        done = self.memline.run(["timeit", "-r", "2", "--format", "json", "--", "sleep", "0.05"])
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual((found["loops"], len(found["all_runs"])), (10, 2))
        self.assertGreaterEqual(found["best"], 0.05)
        self.assertGreaterEqual(min(found["all_runs"]), 0.5)
        self.assertAlmostEqual(found["average"], sum(found["all_runs"]) / 20, places=9)


if __name__ == "__main__":
    main()
