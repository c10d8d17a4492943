#!/usr/bin/env python3
"""What a user picks out of a recording: functions by name, a moment, a thread, a span."""

import os

from e2e_test import E2eTest, main


class Choices(E2eTest):
    def record(self, guest):
        done, trace = self.memline.record([self.guest(guest)])
        self.assertEqual(done.returncode, 0, done.stderr)
        return trace

    def test_a_function_that_is_found_beside_one_that_is_not(self):
        trace = self.record("loops")
        done = self.memline.run(["report", trace, "--func", "different_sizes", "--func", "diferent_size"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("Function: different_sizes", done.stdout)
        self.assertEqual(done.stdout.count("Function: "), 1)
        self.assertIn("there is no function 'diferent_size'; did you mean different_sizes", done.stderr)

    def test_a_function_without_a_name_is_wrong_usage(self):
        trace = self.record("loops")
        for option in ("--func", "--file"):
            done = self.memline.run(["report", trace, option, ""])
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("needs a value that is not empty", done.stderr)

    def test_a_file_that_has_only_some_lines_of_a_function(self):
        trace = self.record("generated")
        [parse] = self.memline.json("report", trace, "--file", "grammar.y")["functions"]
        self.assertEqual(parse["name"], "parse")
        self.assertTrue(parse["file"].endswith("/generated.c"), parse["file"])
        [row] = [line for line in parse["lines"] if line["allocated"] == 20]
        self.assertEqual(row["line"], 7)
        self.assertTrue(row["file"].endswith("/grammar.y"), row["file"])

    def test_what_would_have_no_effect_is_refused(self):
        trace = self.record("loops")
        for command, options, code in (("top", ["--by", "counter"], 1),  # recorded without counters
                                       ("regions", ["--own", "x"], 2), ("plot", ["--theme", "dark"], 2)):
            with self.subTest(command):
                done = self.memline.run([command, trace, *options])
                self.assertEqual((done.returncode, done.stdout), (code, ""))
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_place_for_the_result_is_looked_at_before_the_program_runs(self):
        touch = ["--", "touch", self.path("started")]
        for options in (["memit"], ["time"], ["timeit"], ["sweep", "--n", "1,2"]):
            for out in (self.path("missing/out.svg"), self.folder):
                with self.subTest(options=options, out=out):
                    done = self.memline.run([*options, "-o", out, *touch, "{n}"])
                    self.assertEqual((done.returncode, done.stdout), (2, ""))
                    self.assertIn(out, done.stderr)
        self.assertFalse(os.path.exists(self.path("started")))

    def test_errors_name_the_trace(self):
        trace = self.record("loops")
        for arguments in (["heap", "--at", "mark:none"], ["report", "--func", "no_such_name"],
                          ["plot", "--func", "no_such_name"], ["heap", "--thread", "none"], ["top", "--span", "none"]):
            with self.subTest(arguments):
                done = self.memline.run([arguments[0], trace, *arguments[1:]])
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertTrue(done.stderr.startswith(f"memline: {trace}: "), done.stderr)

    def test_a_glob_shows_what_has_events_and_none_of_the_libraries_else(self):
        trace = self.record("loops")
        done = self.memline.run(["report", trace, "--func", "different_s*"])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.count("Function: "), 1)
        none = self.memline.run(["report", trace, "--func", "__libc_*zzz*"])
        self.assertEqual((none.returncode, none.stdout), (1, ""))

    def test_the_filters_in_force_are_named(self):
        trace = self.record("spans")
        for options, note in ((["--span", "load"], "Only events inside the span 'load'."),
                              (["--thread", "#0"], "Only the events of these threads: #0.")):
            for command in ("report", "top", "heap", "summary"):
                with self.subTest(command=command, options=options):
                    done = self.memline.run([command, trace, *options])
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn(note, done.stdout)
        # A function whose events are all filtered away is shown, and says so.
        done = self.memline.run(["report", trace, "--span", "load", "--func", "paused"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("No event that --thread and --span let through has this function on its stack.", done.stdout)

    def test_the_heap_at_a_mark(self):
        trace = self.record("spans")

        def bytes_of_work(moment):
            heap = self.memline.json("heap", trace, "--at", moment, "--by", "func")
            return sum(row["bytes"] for row in heap["rows"] if row["function"] == "work")

        # spans.c: work keeps 10 bytes before "begun", and 20 + 40 + 160 more before "loaded".
        self.assertEqual(bytes_of_work("mark:begun"), 10)
        self.assertEqual(bytes_of_work("mark:begun#1"), 10)
        self.assertEqual(bytes_of_work("mark:loaded"), 10 + 20 + 40 + 160)
        self.assertEqual(bytes_of_work("end"), 10 + 20 + 40 + 160 + 80)
        for missing in ("mark:begun#2", "mark:nothing"):
            done = self.memline.run(["heap", trace, "--at", missing])
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("begun", done.stderr)

    def test_the_heap_outside_of_the_recording(self):
        trace = self.record("spans")
        done = self.memline.run(["heap", trace, "--at", "0"])
        self.assertIn("Nothing was live at that moment.", done.stdout)
        done = self.memline.run(["heap", trace, "--at", "3600"])
        self.assertIn("That moment is after the end of the recording", done.stdout)


if __name__ == "__main__":
    main()
