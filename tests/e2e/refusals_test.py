#!/usr/bin/env python3
"""What cannot be shown, and how memline says so: running, rebuilt, missing, unknown, empty, static, setuid."""

import glob
import json
import os
import shutil
import subprocess
import unittest

from e2e_test import E2eTest, SOURCES, main


class Refusals(E2eTest):
    def record_guest(self, name="malloc_api"):
        done, trace = self.memline.record([self.guest(name)])
        self.assertEqual(done.returncode, 0, done.stderr)
        return trace

    def test_a_running_process_can_be_reported(self):
        environment = dict(os.environ, LD_PRELOAD=self.memline.preload, MEMLINE_OUT=self.path("trace.bin"))
        with subprocess.Popen([self.guest("waiting")], env=environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as running:
            self.assertEqual(running.stdout.readline(), b"ready\n")
            report = self.memline.json("report", self.path("trace.bin"), "--func", "thousand_blocks")
            self.assertEqual(report["functions"][0]["allocations"], 1000)
            self.assertEqual(report["program"]["exit"]["kind"], "unknown")
            text = self.memline.run(["summary", self.path("trace.bin")])
            self.assertIn("running", (text.stdout + text.stderr).lower())
            running.communicate(b"\n", timeout=60)
        self.assertEqual(self.memline.json("summary", self.path("trace.bin"))["program"]["exit"],
                         {"kind": "exit", "code": 0})

    def build(self, source, *options):
        program = self.path("program")
        subprocess.run(["gcc", "-g", "-O0", f"-I{SOURCES}", "-o", program, source, *options], check=True)
        return program

    def copy_source(self):
        source = shutil.copy(os.path.join(SOURCES, "loops.c"), self.path("loops.c"))
        return source

    def test_a_rebuilt_binary_gives_no_names(self):
        source = self.copy_source()
        done, trace = self.memline.record([self.build(source)])
        self.assertEqual(done.returncode, 0)
        with open(source, "a", encoding="utf-8") as file:
            file.write("int another_function(void) { return 1; }\n")
        self.build(source)
        done = self.memline.run(["report", trace, "--func", "different_sizes"])
        self.assertEqual(done.returncode, 1)
        top = self.memline.json("top", trace)
        mine = [site for site in top["sites"] if site["module"] is not None and site["module"].endswith("program")]
        self.assertTrue(mine)
        for site in mine:
            self.assertIsNone(site["line"], site)
            self.assertIn("build", site["why"], site)

    def test_a_missing_binary_gives_no_names(self):
        done, trace = self.memline.record([self.build(self.copy_source())])
        self.assertEqual(done.returncode, 0)
        os.remove(self.path("program"))
        for site in self.memline.json("top", trace)["sites"]:
            self.assertIsNone(site["line"], site)
            self.assertTrue(site["why"], site)

    def test_missing_split_debug_information_is_named(self):
        done, trace = self.memline.record([self.build(self.copy_source(), "-gsplit-dwarf")])
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("missing", str(self.memline.json("top", trace)["notes"]))
        (split,) = glob.glob(self.path("*.dwo"))
        os.remove(split)
        note = f"The debug information in {split} is missing: what was inlined into that code is not known"
        for command in ("report", "top", "heap"):
            with self.subTest(command):
                self.assertTrue([one for one in self.memline.json(command, trace)["notes"] if one.startswith(note)])
                text = self.memline.run([command, trace])
                self.assertEqual(text.returncode, 0)
                self.assertIn(note, text.stdout + text.stderr)
        done = self.memline.run(["report", trace, "--func", "diferent_size"])
        self.assertIn(note, done.stderr)

    def test_a_missing_source_still_has_numbers(self):
        source = self.copy_source()
        done, trace = self.memline.record([self.build(source)])
        self.assertEqual(done.returncode, 0)
        os.remove(source)
        function = self.memline.json("report", trace, "--func", "different_sizes")["functions"][0]
        self.assertEqual(function["allocated"], 55 * 4096)
        text = self.memline.run(["report", trace, "--func", "different_sizes"])
        self.assertEqual(text.returncode, 0)
        self.assertIn("loops.c", text.stdout + text.stderr)
        os.mkdir(self.path("moved"))
        shutil.copy(os.path.join(SOURCES, "loops.c"), self.path("moved/loops.c"))
        function = self.memline.json("report", trace, "--func", "different_sizes", "--source",
                                     self.path("moved"))["functions"][0]
        self.assertTrue(any("calloc" in (line["text"] or "") for line in function["lines"]), function["lines"])

    def test_unknown_function_offers_the_nearest_names(self):
        done = self.memline.run(["report", self.record_guest(), "--func", "acquire_and_fre"])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertIn("acquire_and_free", done.stderr)

    def test_a_function_without_events_is_shown_blank(self):
        done, trace = self.memline.record([self.guest("endings"), "return"])
        self.assertEqual(done.returncode, 3)
        function = self.memline.json("report", trace, "--func", "last_thread")["functions"][0]
        self.assertEqual((function["allocations"], function["increment"], function["seen"]), (0, 0, 0))
        self.assertTrue(function["lines"])
        for line in function["lines"]:
            self.assertIsNone(line["mem_usage"])
            self.assertIsNone(line["peak"])
            self.assertEqual((line["increment"], line["seen"], line["allocations"]), (0, 0, 0))

    def test_a_program_that_allocates_nothing(self):
        trace = self.record_guest("nothing")
        for command in ("report", "top", "heap", "summary"):
            with self.subTest(command):
                done = self.memline.run([command, trace])
                self.assertEqual(done.returncode, 1)
                self.assertIn("no memory event", done.stderr)
                self.assertIn("nothing", done.stderr)
        self.assertEqual(self.memline.run(["dump", trace]).returncode, 0)

    def test_a_program_with_its_own_allocator(self):
        trace = self.record_guest("own_allocator")
        done = self.memline.run(["report", trace])
        self.assertEqual(done.returncode, 1)
        self.assertIn("malloc", done.stderr + done.stdout)

    def test_a_file_that_is_no_trace(self):
        with open(self.path("text"), "w", encoding="ascii") as file:
            file.write("this is no trace\n" * 1000)
        for path in (self.path("text"), self.path("missing"), "/dev/null", self.folder):
            with self.subTest(path):
                done = self.memline.run(["report", path])
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn(path, done.stderr)

    def test_a_cut_trace_is_read_as_far_as_it_goes(self):
        done, trace = self.memline.record([self.guest("endings"), "return"])
        self.assertEqual(done.returncode, 3)
        with open(trace, "r+b") as file:
            file.truncate(4096 + 2000)
        done = self.memline.run(["summary", trace, "--format", "json"])
        self.assertEqual(done.returncode, 3, done.stderr)
        summary = json.loads(done.stdout)
        self.assertFalse(summary["losses"]["complete"])
        self.assertLess(summary["allocations"], 1000)

    def test_usage_errors(self):
        for arguments in (["report", "--no-such-option"], ["no-such-command"], ["heap", "--by", "colour"], []):
            with self.subTest(arguments):
                self.assertEqual(self.memline.run(arguments).returncode, 2)

    def test_a_static_program_runs_and_memline_run_says_why_nothing_is_seen(self):
        source = os.path.join(SOURCES, "loops.c")
        try:
            program = self.build(source, "-static")
        except subprocess.CalledProcessError:
            self.skipTest("no static libc here")
        done, _ = self.run_under_memline([program])
        self.assertEqual(done.returncode, 0)
        self.assertIn("static", done.stderr)

    def test_static_children_are_named_once(self):
        try:
            program = self.build(os.path.join(SOURCES, "waiting.c"), "-static")
        except subprocess.CalledProcessError:
            self.skipTest("no static libc here")
        why = f"nothing was recorded of {program}: it is statically linked"
        # Seen in /proc: the shell starts it without a fork of which a trace could tell, and it waits for the line.
        started = f"(sleep 0.5; echo) | {program}; (sleep 0.5; echo) | {program}; true"
        done, _ = self.run_under_memline(["sh", "-c", started])
        self.assertEqual((done.returncode, done.stdout), (0, "ready\nready\n"))
        self.assertEqual(done.stderr.count(why), 1, done.stderr)
        # Told by the trace of the forked child, however short its life.
        done, _ = self.run_under_memline(["sh", "-c", f"(exec {program} </dev/null) & wait; true"], name="forked.bin")
        self.assertEqual(done.stderr.count(why), 1, done.stderr)
        done, _ = self.run_under_memline(["sh", "-c", started], "--children", "none", name="alone.bin")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @unittest.skipUnless(os.getuid() == 0, "only root can make a program setuid for somebody else")
    def test_a_setuid_program(self):
        program = shutil.copy(self.guest("malloc_api"), self.path("program"))
        os.chmod(self.folder, 0o777)
        os.chown(program, 65534, 65534)
        os.chmod(program, 0o4755)
        done, _ = self.run_under_memline([program])
        self.assertEqual(done.returncode, 0)
        self.assertIn("setuid", done.stderr.lower().replace("-", "").replace("set user id", "setuid"))

    def test_what_cannot_be_run(self):
        done, _ = self.run_under_memline([self.path("missing")])
        self.assertEqual(done.returncode, 127)
        with open(self.path("text"), "w", encoding="ascii") as file:
            file.write("no program\n")
        done, _ = self.run_under_memline([self.path("text")])
        self.assertEqual(done.returncode, 126)


if __name__ == "__main__":
    main()
