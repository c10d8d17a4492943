#!/usr/bin/env python3
"""What memline finds in RAM agrees with the kernel, and its ledger adds up to the RSS."""

import os

from e2e_test import E2eTest, main

KIB, MIB = 1 << 10, 1 << 20


class Resident(E2eTest):
    def ledger(self, trace, at):
        summary = self.memline.json("summary", trace, "--ledger")
        return next(one for one in summary["ledgers"] if one["at"] == at)

    def by_kind(self, ledger):
        kinds = {}
        for row in ledger["rows"]:
            kinds[row["kind"]] = kinds.get(row["kind"], 0) + row["bytes"]
        return kinds

    def test_the_ledger_adds_up_to_what_the_kernel_says(self):
        done, trace = self.memline.record([self.guest("ledger")])
        self.assertEqual(done.returncode, 0, done.stderr)
        kernel = int(done.stdout.split()[1]) * KIB
        end = self.ledger(trace, "end")
        self.assertTrue(end["complete"])
        self.assertEqual(sum(row["bytes"] for row in end["rows"]), end["rss"])
        # between the kernel's word and the end lie the exit handlers, and our own looking
        self.assertLess(abs(end["rss"] - kernel), max(kernel // 100, 256 * KIB))
        kinds = self.by_kind(end)
        self.assertGreaterEqual(kinds["heap"], 2000 * 1000)
        self.assertLess(kinds["heap"], 2000 * 1000 + 64 * KIB)
        # 2000 holes of 1008 bytes in chunks between blocks that remain
        self.assertGreaterEqual(kinds["allocator"], 2000 * 1008)
        self.assertEqual(kinds["mappings"], 1024 * KIB)
        self.assertEqual(kinds["shared"], 768 * KIB)
        self.assertGreaterEqual(kinds["stacks"], 300 * KIB)
        own = sum(row["bytes"] for row in end["rows"] if row["name"].endswith("/ledger"))
        self.assertGreaterEqual(own, 512 * KIB)  # its zeroed data
        self.assertLess(own, 512 * KIB + 128 * KIB)

    def test_at_a_mark(self):
        _, trace = self.memline.record([self.guest("resident")])
        heap = self.memline.json("heap", trace, "--at", "mark:all of it")
        found = {row["bytes"]: row["resident"] for row in heap["rows"] if row["bytes"] in (2 * MIB, 6 * MIB)}
        self.assertEqual(found, {2 * MIB: 2 * MIB, 6 * MIB: 3 * MIB})

    def test_how_far_away_the_look_was(self):
        _, trace = self.memline.record([self.guest("resident")])
        mark = self.memline.json("heap", trace, "--at", "mark:all of it")
        look = mark["at_time"] + mark["seconds_to_look"]
        # the moment nearest to it that can be asked for on either side of it has the same look
        for seconds, word in ((look + 5e-6, "before"), (look - 5e-6, "after")):
            heap = self.memline.json("heap", trace, "--at", f"{seconds:.7f}")
            self.assertAlmostEqual(heap["at_time"] + heap["seconds_to_look"], look, delta=1e-6)
            text = self.memline.run(["heap", trace, "--at", f"{seconds:.7f}"]).stdout
            self.assertRegex(text, rf"\nResident: as of [0-9.]+ [nµ]s {word}\.\n")
        # the process looks at its end, which is the last that it records
        end = self.memline.json("heap", trace, "--at", "end")
        self.assertGreater(end["at_time"], mark["at_time"])
        self.assertAlmostEqual(end["seconds_to_look"], 0, delta=0.5)

    def test_it_can_be_turned_off(self):
        _, trace = self.memline.record([self.guest("resident")], env={"MEMLINE_RESIDENT": "0"})
        self.assertIsNone(self.memline.json("heap", trace)["seconds_to_look"])
        self.assertNotIn("Resident", self.memline.run(["heap", trace]).stdout)
        top = self.memline.json("top", trace)
        self.assertEqual({site["resident_at_peak"] for site in top["sites"]}, {None})
        done = self.memline.run(["summary", trace, "--ledger"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("MEMLINE_RESIDENT=0", done.stderr)

    def test_a_forked_child_has_looks_of_its_own(self):
        _, trace = self.memline.record([self.guest("processes"), "fork"])
        for path in self.memline.traces():
            self.assertGreater(self.ledger(path, "end")["rss"], 0, os.path.basename(path))


if __name__ == "__main__":
    main()
