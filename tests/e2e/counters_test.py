#!/usr/bin/env python3
"""Counters and samples that `memline run --counters` takes from outside."""

import errno
import os
import unittest

from e2e_test import E2eTest, main

PAGES = 1024
# a call may need a page of the stack, and a function a page of code
FEW = 8


def source_line(report, function, text):
    """The one line of the function that holds the text."""
    lines = [line for one in report["functions"] if one["name"].split("(")[0] == function for line in one["lines"]
             if line["text"] and text in line["text"]]
    if len(lines) != 1:
        raise AssertionError(f"{len(lines)} lines of {function} hold {text!r}")
    return lines[0]


class Counters(E2eTest):
    def sample(self, counters, *command, before=()):
        said = []

        def record():
            done, trace = self.run_under_memline(command, "--counters", counters, before=before)
            self.assertEqual(done.returncode, 0, done.stderr)
            said.append(done.stderr)
            return [trace]

        (trace,) = self.until_no_sample_is_lost(record)
        return said[-1], trace

    def sample_beside(self, counters, *command):
        """The same by the preload alone, which starts a sidecar for it."""
        def record():
            done, trace = self.memline.record(command, env={"MEMLINE_COUNTERS": counters})
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            return [trace]

        (trace,) = self.until_no_sample_is_lost(record)
        return trace

    def setUp(self):
        super().setUp()
        done, trace = self.run_under_memline([self.guest("nothing")], "--counters", "page-faults", name="probe")
        os.remove(trace)
        if "page-faults: not permitted" in done.stderr:
            raise unittest.SkipTest(done.stderr)

    def faults(self, report, function, text):
        line = source_line(report, function, text)
        return line["counters"].get("page-faults", {"value": 0})["value"]

    def assert_pages(self, value, pages):
        self.assertGreaterEqual(value, pages)
        self.assertLess(value, pages + FEW)

    def assert_faults(self, trace):
        report = self.memline.json("report", trace, "--func", "faults", "--func", "touch", "--func", "touch_in_thread",
                                   "--func", "touch_deep_down", "--func", "main")
        lines = [line for one in report["functions"] if one["name"] == "faults" for line in one["lines"]]
        first, again = [line for line in lines if "touch(first" in (line["text"] or "")]
        self.assert_pages(first["counters"]["page-faults"]["value"], PAGES)
        self.assertLess(again["counters"].get("page-faults", {"value": 0})["value"], FEW)
        self.assert_pages(self.faults(report, "faults", "touch(second"), 2 * PAGES)
        self.assert_pages(self.faults(report, "touch_in_thread", "touch(memory"), 3 * PAGES)
        # the frames outside of what the kernel copied are known from the allocation beside it
        self.assert_pages(self.faults(report, "faults", "touch_deep_down(deep"), PAGES)
        self.assert_pages(self.faults(report, "main", "faults()"), 4 * PAGES)
        body = source_line(report, "touch", "= 1;")["counters"]["page-faults"]
        self.assert_pages(body["value"], 7 * PAGES)
        self.assertEqual(body["self"], body["value"])
        self.assertEqual(source_line(report, "faults", "touch(second")["counters"]["page-faults"]["self"], 0)
        counter = report["counters"][0]
        self.assertEqual((counter["name"], counter["exact"], counter["refusal"]), ("page-faults", True, None))
        self.assertGreaterEqual(counter["total"], 7 * PAGES)

    def test_every_page_fault_stands_at_its_line(self):
        _, trace = self.sample("page-faults", self.guest("sampled"))
        self.assert_faults(trace)

    def test_without_privileges(self):
        drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        _, trace = self.sample("page-faults", self.guest("sampled"), before=drop)
        self.assert_faults(trace)

    def test_by_the_preload_alone(self):
        self.assert_faults(self.sample_beside("page-faults", self.guest("sampled")))
        self.assert_children(self.sample_beside("page-faults", self.guest("sampled"), "children"))
        self.assert_times(self.sample_beside("task-clock", self.guest("sampled"), "time"))

    def test_children_have_samples_of_their_own(self):
        _, trace = self.sample("page-faults", self.guest("sampled"), "children")
        self.assert_children(trace)

    def test_more_children_than_files_may_be_open(self):
        files = 64 + 4 * os.cpu_count()
        script = f"i=0; while [ $i -lt {files} ]; do {self.guest('nothing')}; i=$((i+1)); done"

        def record():
            done, trace = self.run_under_memline(["sh", "-c", script], "--counters", "page-faults", "--no-pack",
                                                 before=["prlimit", f"--nofile={files}"])
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return [trace]

        (trace,) = self.until_no_sample_is_lost(record)
        children = [path for path in self.memline.traces() if path != trace]
        self.assertEqual(len(children), files)
        without = [path for path in children if " PageFault " not in self.memline.run(["dump", path]).stdout]
        self.assertEqual(without, [])

    def assert_children(self, trace):
        children = [path for path in self.memline.traces() if path != trace]
        self.assertEqual(len(children), 1)
        before = self.memline.json("report", children[0], "--image", "0", "--func", "child_touches")
        self.assert_pages(self.faults(before, "child_touches", "touch(memory"), PAGES)
        after = self.memline.json("report", children[0], "--image", "1", "--func", "faults")
        self.assert_pages(self.faults(after, "faults", "touch(second"), 2 * PAGES)
        own = self.memline.json("report", trace, "--func", "children")
        self.assertLess(max((line["counters"].get("page-faults", {"value": 0})["value"]
                             for line in own["functions"][0]["lines"])), PAGES)

    def test_cpu_time_by_line(self):
        _, trace = self.sample("task-clock", self.guest("sampled"), "time")
        self.assert_times(trace)

    def assert_times(self, trace):
        report = self.memline.json("report", trace, "--func", "work", "--func", "spin")
        for text, seconds in (("spin(300)", 0.3), ("spin(100)", 0.1)):
            time = source_line(report, "work", text)["counters"]["task-clock"]
            self.assertLess(abs(time["value"] - seconds), 6 * time["error"], text)
            self.assertAlmostEqual(time["error"], time["value"] / time["samples"] ** 0.5)
            self.assertLess(time["self"], time["value"] / 2)
        whole = next(one for one in report["functions"] if one["name"] == "spin")["counters"]["task-clock"]
        self.assertLess(abs(whole["value"] - 0.4), 6 * whole["error"])

    def test_regions_have_what_their_threads_did(self):
        _, trace = self.sample("page-faults,task-clock", self.guest("counted_regions"))
        regions = {one["name"]: one for one in
                   self.memline.json("regions", trace, "--region-func", "fit")["regions"]}
        # what a thread does before it attaches and after it has detached is in none
        for name, pages in (("fit", 300), ("inner", 200 + 400), ("outer", 100 + 600 + 400), ("busy", 0)):
            faults = regions[name]["counters"]["page-faults"]
            self.assert_pages(faults["value"], pages)
            self.assertEqual((faults["samples"], faults["error"]), (faults["value"], 0))
            self.assertAlmostEqual(faults["per_second"], faults["value"] / regions[name]["time_delta"])
        summary = self.memline.json("summary", trace, "--span", "outer")["counters"][0]
        self.assert_pages(summary["total"], 100 + 600 + 400)
        self.assertIsNone(summary["per_second"])
        time = regions["busy"]["counters"]["task-clock"]
        self.assertLess(abs(time["value"] - 0.1), 6 * time["error"])
        self.assertEqual(regions["idle"]["counters"]["task-clock"],
                         {"value": None, "per_second": None, "error": None, "samples": 0})
        text = self.memline.run(["regions", trace]).stdout
        self.assertRegex(text, r"\n'busy' used [^\n]*\nperf value for page-faults averages to [\d,]+/second, \d in all\n"
                               r"perf value for task-clock averages to \d\.\d{3} s/second, "
                               r"0\.\d{3} s \u00b1 0\.\d{3} s in all \(\d+ samples\)\n'idle' ")
        self.assertTrue(text.endswith("perf value for task-clock: 0 samples\n"))
        header, *rows = self.memline.run(["regions", trace, "--format", "csv"]).stdout.splitlines()
        self.assertTrue(header.endswith(",page-faults,task-clock,task-clock_error"))
        self.assert_pages(int(rows[0].split(",")[-3]), 600)

    def test_counters_of_regions_while_the_program_runs(self):
        memline = self.watch("--counters", "page-faults")
        self.assertRegex(memline.stderr.readline(), "^'first' used 6")
        # the allocator writes to the first page of each of two blocks
        self.assertRegex(memline.stderr.readline(), r"^perf value for page-faults averages to [\d,]+/second, [2-9] in all$")
        self.assertRegex(self.go_on(memline), "^'second' used -6.*\nperf value for page-faults ")

    def test_what_the_machine_lacks_is_said_in_one_line(self):
        said, trace = self.sample("page-faults,nothing_of_the_kind/event=1/", self.guest("sampled"))
        self.assertIn("memline: nothing_of_the_kind/event=1/: not supported here: there is no device", said)
        self.assertEqual(said.count("\n"), 1)
        report = self.memline.json("report", trace, "--func", "faults")
        self.assertIn("not supported here", report["counters"][1]["refusal"])
        self.assert_pages(self.faults(report, "faults", "touch(second"), 2 * PAGES)
        text = self.memline.run(["report", trace, "--func", "faults"]).stdout
        self.assertIn("nothing_of_the_kind/event=1/: not supported here", text)

    def test_where_it_is_forbidden_everything_else_goes_on(self):
        reasons = {errno.EPERM: "not permitted", errno.EACCES: "not permitted", errno.ENOSYS: "not supported here: the kernel has no perf events",
                   errno.ENOENT: "not supported here", errno.EOPNOTSUPP: "not supported here", errno.ENODEV: "not supported here",
                   errno.EINVAL: "not supported here", errno.EMFILE: "too few file descriptors", errno.ENOMEM: "too little memory"}
        for error, reason in reasons.items():
            with self.subTest(errno.errorcode[error]):
                said, trace = self.sample("page-faults,task-clock", self.guest("sampled"),
                                          before=[self.guest("without_perf"), str(error)])
                self.assertIn("memline: page-faults: " + reason, said)
                self.assertIn("memline: task-clock: " + reason, said)
                self.assertEqual(said.count("\n"), 2, said)
                report = self.memline.json("report", trace, "--func", "faults")
                self.assertEqual([line["counters"] for line in report["functions"][0]["lines"] if line["counters"]], [])
                self.assertIn(reason, report["counters"][0]["refusal"])
                self.assertEqual(source_line(report, "faults", "= take(2")["mappings"], 1)

    def test_an_unknown_counter_is_refused(self):
        done = self.memline.run(["run", "--counters", "page-fault", "--", "true"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("no counter is called 'page-fault'", done.stderr)


if __name__ == "__main__":
    main()
