#!/usr/bin/env python3
"""Curves of a guest whose live bytes are known at every moment."""

import json
import os
import re
import xml.etree.ElementTree as xml

from e2e_test import E2eTest, main

MIB = 1 << 20
SPAN = "load <tables> & \u8868"


class Plot(E2eTest):
    def record(self, name="trace.bin"):
        done, trace = self.run_under_memline([self.guest("curve")], name=name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return trace

    def timeline(self, trace, *options):
        return self.memline.json("plot", trace, *options)["timelines"][0]

    def curve(self, timeline, kind):
        return next(one for one in timeline["curves"] if one["kind"] == kind)

    def plot(self, *arguments):
        done = self.memline.run(["plot", *arguments])
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_every_step_of_the_curve(self):
        timeline = self.timeline(self.record(), "--func", "grow")
        heap = self.curve(timeline, "heap")
        self.assertEqual([round(bytes_ / MIB) for _, bytes_ in heap["points"]],
                         [0, 8, 72, 88, 92, 76, 332, 76, 12, 8, 0, 0])
        seconds = [time for time, _ in heap["points"]]
        self.assertEqual(seconds, sorted(seconds))
        self.assertEqual(heap["peak"][1], 332 * MIB)
        self.assertEqual(heap["peak"][0], heap["points"][6][0])
        # the guest rests between its steps: 50, 100, 50, 20, 20 and 100 ms
        for (earlier, later), least in zip([(1, 2), (2, 3), (3, 4), (5, 6), (7, 8), (8, 9)],
                                           [0.05, 0.1, 0.05, 0.02, 0.02, 0.1]):
            self.assertGreaterEqual(seconds[later] - seconds[earlier], 0.99 * least, (earlier, later))

        span, call = (next(one for one in timeline["stretches"] if one["kind"] == kind) for kind in ("span", "call"))
        self.assertEqual((span["name"], span["begin"][1], span["end"][1]), (SPAN, 8 * MIB, 72 * MIB))
        self.assertLess(span["begin"][0], seconds[2])
        self.assertGreater(span["end"][0], seconds[2] + 0.099)
        self.assertLess(span["end"][0], seconds[3])
        # from before the first event of the call to after its last one, the release of 16 MiB
        self.assertEqual((call["name"], call["begin"], call["end"]),
                         ("grow", [seconds[3], 72 * MIB], [seconds[5], 76 * MIB]))

        # 16 MiB were written to before the span ended
        self.assertGreater(self.curve(timeline, "rss")["peak"][1], 16 * MIB)
        resident = self.curve(timeline, "resident")["peak"][1]
        self.assertGreaterEqual(resident, 16 * MIB)
        self.assertLess(resident, 17 * MIB)

    def test_a_window(self):
        trace = self.record()
        points = self.curve(self.timeline(trace), "heap")["points"]
        begin, end = points[3][0] + 0.001, points[5][0] + 0.001
        window = self.timeline(trace, "--from", f"{begin:.9f}", "--to", f"{end * 1000:.6f}ms")
        self.assertEqual([bytes_ // MIB for _, bytes_ in self.curve(window, "heap")["points"]], [88, 92, 76, 76])
        self.assertEqual(self.curve(window, "heap")["peak"][1], 92 * MIB)
        self.assertEqual([one["name"] for one in window["stretches"]], [])
        for late in (["--from", "1h"], ["--from", "1h", "--to", "2h"]):
            done = self.memline.run(["plot", trace, *late])
            self.assertEqual(done.returncode, 1)
            self.assertIn("the program ran for", done.stderr)
        done = self.memline.run(["plot", trace, "--from", "0.2", "--to", "0.1"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("--from is to be earlier than --to", done.stderr)
        self.assertIn(" between 1e+300 s and ", self.memline.run(["plot", trace, "--from", "1e300"]).stderr)

    def test_a_window_between_two_samples(self):
        trace = self.record()
        points = self.curve(self.timeline(trace), "rss")["points"]
        (first, before), (last, after) = max(zip(points, points[1:]), key=lambda pair: pair[1][0] - pair[0][0])
        begin, end = first + (last - first) / 4, first + (last - first) / 2
        window = self.curve(self.timeline(trace, "--from", f"{begin:.9f}", "--to", f"{end:.9f}"), "rss")
        self.assertEqual(len(window["points"]), 2)
        for (seconds, bytes_), share in zip(window["points"], (0.25, 0.5)):
            self.assertAlmostEqual(seconds, first + share * (last - first), delta=1e-6)
            self.assertAlmostEqual(bytes_, before + share * (after - before), delta=4096)

    def test_the_slope(self):
        trace = self.record()
        points = self.curve(self.timeline(trace), "heap")["points"]
        length = points[-1][0] - points[0][0]
        # sums over many short stretches instead of the integrals that memline takes
        steps, at, values = 20000, 0, []
        for i in range(steps):
            time = points[0][0] + (i + 0.5) / steps * length
            while at + 1 < len(points) and points[at + 1][0] <= time:
                at += 1
            values.append(points[at][1])
        mean = sum(values) / steps
        moment = sum((i + 0.5 - steps / 2) * (value - mean) for i, value in enumerate(values)) / steps**2 * length
        slope = moment / (length**2 / 12)
        found = self.curve(self.timeline(trace, "-s"), "heap")["slope"]
        self.assertAlmostEqual(found / slope, 1, delta=0.01)

    def test_the_picture_holds_the_peak_and_no_markup_of_the_program(self):
        trace, picture = self.record(), self.path("curve.svg")
        self.plot(trace, "-o", picture, "--func", "grow", "-s", "--title", "</text><script>alert(1)</script>")
        with open(picture, encoding="utf-8") as file:
            text = file.read()
        root = xml.fromstring(text)
        texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("</text><script>alert(1)</script>", texts)
        self.assertTrue(any(one.startswith(SPAN + ": ") for one in texts), texts)
        self.assertTrue(any(one.startswith("peak 332.0 MiB at ") for one in texts), texts)
        self.assertNotIn("<script", text)

    def test_a_page_and_a_png(self):
        trace, page, image = self.record(), self.path("curve.html"), self.path("curve.png")
        self.plot(trace, "-o", page, "--title", "</script><script>alert(1)</script>")
        with open(page, encoding="utf-8") as file:
            text = file.read()
        # its own data and its own script, and nothing from elsewhere
        self.assertEqual(text.count("<script"), 2)
        self.assertNotRegex(text, r"https?:|src=|href=|@import|url\(")
        data = json.loads(re.search(r'id="chart">(.*?)</script>', text, re.S)[1])
        self.assertEqual(max(y for _, y in data["series"][0]["points"]), 332 * MIB)
        self.assertEqual(data["brackets"][0]["name"], SPAN)
        done = self.memline.run(["plot", trace, "-o", image])
        if done.returncode == 2 and "cairo" in done.stderr:
            self.skipTest("no cairo here")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(image, "rb") as file:
            head = file.read(24)
        self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(int.from_bytes(head[16:20], "big"), 2 * 960)

    def test_in_the_terminal(self):
        trace = self.record()
        for width in (60, 80, 160):
            lines = self.plot(trace, "--width", str(width), "--func", "grow").splitlines()
            self.assertLessEqual(max(map(len, lines)), width)
            self.assertTrue(any("peak 332.0 MiB at " in line for line in lines))
            self.assertTrue(any(re.search(r"grow +\[\u2500*\]", line) for line in lines), lines)
            self.assertFalse(any("\x1b" in line for line in lines))

    def test_several_traces(self):
        traces = [self.record("one.bin"), self.record("two.bin")]
        done = self.memline.run(["plot", *traces, "--format", "json"])
        self.assertEqual([(one["recording"], [curve["kind"] for curve in one["curves"]])
                          for one in json.loads(done.stdout)["timelines"]], [("one.bin", ["heap"]), ("two.bin", ["heap"])])
        text = self.plot(*traces)
        self.assertIn("one.bin", text)
        self.assertIn("two.bin", text)

    def test_several_traces_of_which_one_is_empty(self):
        empty = self.path("empty.bin")
        with open(empty, "wb"):
            pass
        done = self.memline.run(["plot", self.record("one.bin"), empty, self.record("two.bin"), "--format", "json"])
        self.assertEqual(done.returncode, 3)
        self.assertIn("empty.bin: is empty", done.stderr)
        self.assertEqual([one["recording"] for one in json.loads(done.stdout)["timelines"]], ["one.bin", "two.bin"])

    def test_refusals(self):
        trace = self.record()
        for arguments, code, message in [
                ([trace, "-o", self.path("curve.bmp")], 2, "curve.bmp"),
                ([trace, "-o", self.path("missing/curve.svg")], 2, "cannot be written"),
                ([trace, "--func", "no_such"], 1, "no_such"),
                ([self.path("none.bin")], 3, "none.bin"),
                ([trace, "--from", "soon"], 2, "soon")]:
            done = self.memline.run(["plot", *arguments])
            self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
            self.assertIn(message, done.stderr)
        self.assertEqual(os.listdir(self.folder), ["trace.bin"])


if __name__ == "__main__":
    main()
