#!/usr/bin/env python3
"""Parts of the heap: since a mark, against another recording, and the block at one address (tests/guests/block_lives.c)."""

import csv
import io
import os
import re
import subprocess

from e2e_test import E2eTest, main

RECORD = 40


class Heap(E2eTest):
    def record(self, *arguments, name="trace.bin"):
        done, trace = self.memline.record([self.guest("block_lives"), *arguments], name=name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return trace, done.stdout.decode().split()

    def test_only_what_came_after_a_mark(self):
        trace, _ = self.record()
        whole = self.memline.json("heap", trace, "--at", "end", "--by", "type")
        self.assertEqual((whole["count"], whole["bytes"], whole["since"]), (3, 100003 * RECORD, None))
        at_mark = self.memline.json("heap", trace, "--at", "mark:loaded", "--by", "type")
        self.assertEqual((at_mark["count"], at_mark["bytes"]), (2, 4 * RECORD))
        for by in ("type", "line", "func", "file", "module", "size", "thread"):
            with self.subTest(by=by):
                heap = self.memline.json("heap", trace, "--at", "end", "--since", "mark:loaded", "--by", by)
                self.assertEqual((heap["count"], heap["bytes"]), (2, 100002 * RECORD))
                self.assertEqual(sum(row["bytes"] for row in heap["rows"]), heap["bytes"])
        self.assertIn("acquired since mark:loaded, by type.",
                      self.memline.run(["heap", trace, "--since", "mark:loaded", "--by", "type"]).stdout)
        self.assertEqual(self.memline.run(["heap", trace, "--since", "peak"]).returncode, 2)
        self.assertEqual(self.memline.run(["heap", trace, "--since", "mark:none"]).returncode, 1)

    def test_the_difference_of_two_recordings(self):
        trace_a, _ = self.record("more", name="a.bin")
        trace_b, _ = self.record(name="b.bin")
        options = ["--at", "end", "--by", "type"]
        done = self.memline.run(["heap", "--diff", trace_a, trace_b, *options])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Summary of difference operation (A-B), by type.", done.stdout)
        # With an argument a block of 7 records more, and one record more in the block after the mark.
        difference = self.memline.run(["heap", "--diff", trace_a, trace_b, *options, "--format", "csv"])
        rows = list(csv.DictReader(io.StringIO(difference.stdout)))
        self.assertEqual([(row["kind"], row["count"], row["bytes"]) for row in rows], [("record", "1", str(8 * RECORD))])
        reverse = self.memline.run(["heap", "--diff", trace_b, trace_a, *options, "--format", "csv"])
        self.assertIn(f"record,,,,-1,{-8 * RECORD},", reverse.stdout)
        same = self.memline.run(["heap", "--diff", trace_a, trace_a, *options])
        self.assertIn("Both hold the same.", same.stdout)
        self.assertEqual(self.memline.run(["heap", "--diff", trace_a]).returncode, 2)
        self.assertEqual(self.memline.run(["heap", "--diff", trace_a, trace_b, trace_a]).returncode, 2)

    def test_types_that_share_their_code_are_ambiguous(self):
        done, trace = self.memline.record([self.guest("types_folded")])
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {row["kind"]: row for row in self.memline.json("heap", trace, "--at", "end", "--by", "type")["rows"]}
        # 16 pointers to apples, 32 to pears, each capacity a power of two.
        either = [row for kind, row in rows.items() if kind in ("(ambiguous) Apple* or Pear*",
                                                               "(ambiguous) Pear* or Apple*")]
        self.assertEqual([(row["count"], row["bytes"], row["rule"]) for row in either], [(2, (16 + 32) * 8, None)])
        self.assertEqual(rows["std::vector<Apple*>"]["count"], 1)

    def test_the_block_at_an_address(self):
        trace, (kept, gone, moved) = self.record()

        def block_at(address, *options):
            return self.memline.json("heap", trace, "--addr", hex(address), *options)["blocks"][0]

        live = block_at(int(kept, 16) + 2 * RECORD - 1)
        self.assertEqual((int(live["address"], 16), live["bytes"], live["type"]), (int(kept, 16), 2 * RECORD, "record"))
        self.assertIsNone(live["released"])
        self.assertGreaterEqual(live["age"], 0)
        self.assertEqual(live["acquired"]["stack"][0]["function"], "main")
        freed = block_at(int(gone, 16))
        self.assertEqual((freed["bytes"], freed["type"]), (3 * RECORD, "record"))
        self.assertEqual([frame["function"] for frame in freed["released"]["stack"][:2]], ["drop", "main"])
        self.assertFalse(freed["moved_away"])
        old = block_at(int(moved, 16), "--most", "0")
        self.assertEqual((old["bytes"], old["moved_away"]), (500 * RECORD, True))
        text = self.memline.run(["heap", trace, "--addr", gone]).stdout
        self.assertIn(f"is 0 bytes into a block of {3 * RECORD} bytes", text)
        self.assertRegex(text, r"freed +at .* by thread block_lives")
        # Before the mark the later block was not there yet.
        self.assertEqual(self.memline.run(["heap", trace, "--addr", kept, "--at", "mark:loaded"]).returncode, 1)
        self.assertEqual(self.memline.run(["heap", trace, "--addr", "0x10"]).returncode, 1)
        self.assertEqual(self.memline.run(["heap", trace, "--addr", "here"]).returncode, 2)

    def test_the_blocks_that_the_program_asks_for(self):
        guest = self.guest("asked_blocks")
        self.assertEqual(subprocess.run([guest], timeout=60, check=False).returncode, 0)
        done, trace = self.memline.record([guest])
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.memline.json("heap", trace, "--asked")
        self.assertEqual(report["count"], 4)
        live, gone, none, pages = report["asked"]
        for asked, block in ((live, live["block"]), (gone, gone["block"])):
            self.assertEqual((block["bytes"], block["type"]), (3 * RECORD, "record"))
            self.assertEqual(block["acquired"]["stack"][0]["function"], "main")
            self.assertEqual([frame["function"] for frame in block["released"]["stack"][:2]], ["drop", "main"])
        self.assertEqual(int(live["address"], 16), int(live["block"]["address"], 16) + RECORD + 2 * 4)
        self.assertEqual((live["live"], live["gone_for"], gone["live"], gone["age"]), (True, None, False, None))
        self.assertGreaterEqual(live["age"], 0.02)
        self.assertGreaterEqual(gone["gone_for"], 0.02)
        self.assertEqual((none["live"], none["block"]), (False, None))
        self.assertEqual((pages["live"], pages["block"]["memory"], pages["block"]["bytes"]),
                         (True, "mapping", 2 * os.sysconf("SC_PAGESIZE")))
        self.assertIsNotNone(pages["block"]["released"])
        text = self.memline.run(["heap", trace, "--asked", "--most", "3"]).stdout
        self.assertRegex(text, r"by thread asked_blocks [^:]*: live, age 0\.\d+ s\.\n0x[0-9a-f]+ is 48 bytes into a block of 120 ")
        self.assertRegex(text, r": gone for 0\.\d+ s\.\n0x")
        self.assertIn(f": no recorded block had ever held {none['address']}.", text)
        self.assertIn("<1 later call; --most shows more>", text)
        rows = list(csv.DictReader(io.StringIO(self.memline.run(["heap", trace, "--asked", "--format", "csv"]).stdout)))
        self.assertEqual({(row["asked_for"], row["was_live"]) for row in rows},
                         {(one["address"], "1" if one["live"] else "0") for one in report["asked"]})
        # a question is no mark, though the trace keeps it as one
        no_mark = self.memline.run(["heap", trace, "--at", "mark:memline_block"])
        self.assertEqual(no_mark.returncode, 1)
        self.assertIn("there is no mark 'memline_block'; there are none", no_mark.stderr)
        _, other = self.memline.record([self.guest("many_blocks")], name="other.bin")
        self.assertEqual(self.memline.run(["heap", other, "--asked"]).returncode, 1)

    def test_blocks_are_told_while_the_program_runs(self):
        # the program ends only once the first answer was seen
        memline = self.watch(guest="slow_asked")
        first = [memline.stderr.readline().rstrip("\n") for _ in range(7)]
        self.assertRegex(first[0], r"^Asked at 0\.\d+ s by thread slow_asked [^:]*: live, age 0\.\d+ s\.$")
        self.assertRegex(first[1], r"^0x[0-9a-f]+ is 40 bytes into a block of 120 bytes at 0x[0-9a-f]+\.$")
        self.assertEqual((first[2].split(" (")[0], first[3]), ("Type: record", ""))
        self.assertEqual(first[4].split(), ["Event", "Place", "Function"])
        self.assertRegex(first[6], r"^allocated +at 0\.\d+ s +by thread slow_asked")
        rest = self.go_on(memline)
        self.assertEqual(re.findall(r"slow_asked\.c:(\d+) +(\w+)", rest),
                         [("12", "make"), ("18", "main")] + [("12", "make"), ("18", "main"), ("22", "main")])
        self.assertEqual(len(re.findall(r"^Asked at .*: gone for 0\.\d+ s\.$", rest, re.M)), 1)
        self.assertNotIn("spans", rest)


if __name__ == "__main__":
    main()
