#!/usr/bin/env python3
"""The flow column Resident: which line makes pages resident and which gives them back, and that it all adds up."""

import errno
import os
import unittest

from e2e_test import E2eTest, main

KIB, MIB = 1 << 10, 1 << 20
# a call may need a page of the stack, and a function pages of code that the kernel maps around
CODE = 128 * KIB


class Touched(E2eTest):
    def record(self, *mode, before=()):
        def once():
            done, trace = self.run_under_memline([self.guest("touched"), *mode], "--resident", "1", before=before)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [trace]

        (trace,) = self.until_no_sample_is_lost(once)
        report = self.memline.json("report", trace, "--func", "pages", "--func", "huge", "--func", "touch_in_thread")
        if not report["resident"]["measured"] and not before:
            raise unittest.SkipTest(report["resident"]["reason"])
        return report, trace

    def lines(self, report, function, text):
        found = [line["resident"] for one in report["functions"] if one["name"] == function for line in one["lines"]
                 if text in (line["text"] or "")]
        self.assertTrue(found, text)
        return found

    def assert_bytes(self, value, expected, slack=CODE):
        self.assertGreaterEqual(value, expected)
        self.assertLess(value, expected + slack)

    def check_pages(self, report):
        def one(text):
            (value,) = self.lines(report, "pages", text)
            return value
        self.assertEqual(one("take(16 * MIB"), 0)
        first, again = self.lines(report, "pages", "touch(every")
        self.assert_bytes(first, 8 * MIB)
        self.assertEqual(again, 0)
        self.assert_bytes(one("touch(second"), 4 * MIB)
        self.assert_bytes(self.lines(report, "touch_in_thread", "touch(memory")[0], 4 * MIB)
        self.assert_bytes(one("touch(halved"), 8 * MIB)
        self.assert_bytes(one("madvise(halved"), -4 * MIB)
        self.assert_bytes(one("touch(unmapped"), 2 * MIB)
        self.assert_bytes(one("munmap(unmapped"), -2 * MIB)
        self.assert_bytes(one("touch(moving"), 1 * MIB)
        self.assert_bytes(one("munmap(moved"), -1 * MIB)
        self.assert_bytes(one("touch(block"), 5 * MIB - 4 * KIB)
        self.assert_bytes(one("free(block"), -5 * MIB - 4 * KIB)

    def check_sum(self, report, trace):
        resident = report["resident"]
        ledger = next(one for one in self.memline.json("summary", trace, "--ledger")["ledgers"] if one["at"] == "end")
        total = sum(resident[part] for part in ("by_code", "inherited", "by_kernel", "given_back_unknown", "profiler"))
        self.assertLess(abs(total - ledger["rss"]), max(ledger["rss"] // 100, 256 * KIB), resident)
        self.assertLess(abs(ledger["rss"] - ledger["kernel_rss"]), max(ledger["rss"] // 100, 256 * KIB))

    def test_lines(self):
        report, trace = self.record()
        self.check_pages(report)
        self.check_sum(report, trace)
        # mapped by the kernel in advance: no line touched them
        self.assertGreaterEqual(report["resident"]["by_kernel"], 3 * MIB)
        self.assertEqual(report["counters"], [])

    def test_by_the_preload_alone(self):
        def once():
            done, trace = self.memline.record([self.guest("touched")], env={"MEMLINE_RESIDENT": "1"})
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            return [trace]

        (trace,) = self.until_no_sample_is_lost(once)
        report = self.memline.json("report", trace, "--func", "pages", "--func", "touch_in_thread")
        if not report["resident"]["measured"]:
            raise unittest.SkipTest(report["resident"]["reason"])
        self.check_pages(report)
        self.check_sum(report, trace)

    def test_without_privileges_the_kernels_pages_are_told_apart(self):
        drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        report, trace = self.record(before=drop)
        if not report["resident"]["measured"]:
            raise unittest.SkipTest(report["resident"]["reason"])
        self.check_pages(report)
        self.check_sum(report, trace)
        self.assert_bytes(report["resident"]["by_kernel"], 5 * MIB, 2 * MIB)

    def test_forked_children_copy_what_they_write_to(self):
        def once():
            done, _ = self.run_under_memline([self.guest("touched"), "fork"], "--resident", "1", "--children", "all")
            self.assertEqual(done.returncode, 0, done.stderr)
            return self.memline.traces()

        traces = self.until_no_sample_is_lost(once)
        by_code = {self.memline.json("summary", path)["program"]["exit"]["code"]: path for path in traces}
        self.assertEqual(sorted(by_code), [0, 3, 4])
        for code, touch, copied, own in ((3, "by the child", 6 * MIB, 2 * MIB), (4, "by the quiet child", 3 * MIB, 0)):
            with self.subTest(touch):
                report = self.memline.json("report", by_code[code], "--func", "forked")
                if not report["resident"]["measured"]:
                    raise unittest.SkipTest(report["resident"]["reason"])
                self.assert_bytes(self.lines(report, "forked", touch)[0], copied)
                # the rest of the 20 MiB, and some pages of the C library's and the stack's
                self.assert_bytes(report["resident"]["inherited"], 20 * MIB - copied, MIB)
                self.check_sum(report, by_code[code])
                rows = self.memline.json("report", by_code[code], "--touched")["rows"]
                self.assertEqual(sum(row["bytes"] for row in rows if row["allocated"]["function"] == "take" and
                                     row["resident"]["function"] == "touch"), copied + own)
        report = self.memline.json("report", by_code[3], "--func", "forked")
        self.assert_bytes(self.lines(report, "forked", "touch(own")[0], 2 * MIB)
        self.assert_bytes(self.lines(report, "forked", "madvise(inherited")[0], -4 * MIB)

    def test_huge_pages(self):
        with open("/sys/kernel/mm/transparent_hugepage/enabled", encoding="ascii") as file:
            if "[never]" in file.read():
                raise unittest.SkipTest("no transparent huge pages here")
        report, trace = self.record("huge")
        self.assert_bytes(self.lines(report, "huge", "touch(aligned")[0], 4 * MIB)
        self.check_sum(report, trace)

    def test_what_the_allocator_touches_is_the_blocks(self):
        _, trace = self.record("inside")
        rows = self.memline.json("report", trace, "--touched")["rows"]
        inside = [row for row in rows if row["resident"]["function"] == "noted_by_the_allocator"]
        own = sum(row["bytes"] for row in inside if row["allocated"]["function"] == "noted_by_the_allocator")
        whole = 2000 * 4016
        self.assert_bytes(sum(row["bytes"] for row in inside), whole - 8 * KIB, 256 * KIB)
        self.assertGreater(own, whole * 95 // 100)

    def test_where_it_is_forbidden_the_report_says_so(self):
        report, trace = self.record(before=[self.guest("without_perf"), str(errno.EPERM)])
        self.assertFalse(report["resident"]["measured"])
        self.assertIn("not permitted", report["resident"]["reason"])
        self.assertIsNone(self.lines(report, "pages", "touch(second")[0])
        text = self.memline.run(["report", trace, "--func", "pages"]).stdout
        self.assertIn("Resident: not available: not permitted", text)
        # what is in RAM of the blocks is known all the same
        sites = self.memline.json("top", trace)["sites"]
        # 8 touched, 4 of every second page, 4 of the thread, 4 kept, 2 read and 3 populated
        self.assertIn(25 * MIB, [site["resident_at_end"] for site in sites])

    def test_zero_turns_it_off(self):
        _, trace = self.run_under_memline([self.guest("touched")], "--resident", "0")
        report = self.memline.json("report", trace, "--func", "pages")
        self.assertFalse(report["resident"]["measured"])
        self.assertIsNone(report["resident"]["reason"])


if __name__ == "__main__":
    main()
