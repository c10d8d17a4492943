#!/usr/bin/env python3
"""Where the trace goes, and what happens to what was there before."""

import os
import resource
import subprocess

from e2e_test import E2eTest, main


class OutputFile(E2eTest):
    def files(self):
        return sorted(os.listdir(self.folder))

    def record_in_folder(self, env=None):
        environment = dict(os.environ, LD_PRELOAD=self.memline.preload, **(env or {}))
        environment.pop("MEMLINE_OUT", None) if not env or "MEMLINE_OUT" not in env else None
        process = subprocess.Popen([self.guest("malloc_api")], env=environment, cwd=self.folder)
        self.assertEqual(process.wait(timeout=60), 0)
        return process.pid

    def test_default_is_trace_bin_in_the_working_directory(self):
        self.record_in_folder()
        self.assertEqual(self.files(), ["trace.bin"])
        self.assertEqual(os.stat(self.path("trace.bin")).st_mode & 0o777, 0o600)

    def test_an_older_trace_is_kept_as_old(self):
        first = self.record_in_folder()
        second = self.record_in_folder()
        self.assertEqual(self.files(), ["trace.bin", "trace.bin.old"])
        self.assertEqual(self.memline.json("summary", self.path("trace.bin"))["program"]["pid"], second)
        self.assertEqual(self.memline.json("summary", self.path("trace.bin.old"))["program"]["pid"], first)

    def test_a_file_of_somebody_else_is_left_alone(self):
        with open(self.path("trace.bin"), "w", encoding="ascii") as file:
            file.write("precious\n" * 1000)
        pid = self.record_in_folder()
        self.assertEqual(self.files(), ["trace.bin", f"trace.bin.{pid}"])
        with open(self.path("trace.bin"), encoding="ascii") as file:
            self.assertEqual(file.read(), "precious\n" * 1000)

    def test_a_symbolic_link_is_not_followed(self):
        os.mkdir(self.path("elsewhere"))
        os.symlink(self.path("elsewhere/target"), self.path("trace.bin"))
        pid = self.record_in_folder()
        self.assertEqual(os.listdir(self.path("elsewhere")), [])
        self.assertIn(f"trace.bin.{pid}", self.files())

    def test_a_trace_that_is_being_written_is_left_alone(self):
        environment = dict(os.environ, LD_PRELOAD=self.memline.preload, MEMLINE_OUT=self.path("trace.bin"))
        with subprocess.Popen([self.guest("waiting")], env=environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as running:
            self.assertEqual(running.stdout.readline(), b"ready\n")
            pid = self.record_in_folder()
            self.assertEqual(self.files(), ["trace.bin", f"trace.bin.{pid}"])
            running.communicate(b"\n", timeout=60)
        self.assertEqual(self.memline.json("summary", self.path("trace.bin"))["program"]["pid"], running.pid)

    def test_a_trace_that_cannot_be_written_is_not_put_down_to_the_preload(self):
        no_files = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        done, trace = self.run_under_memline([self.guest("nothing")], preexec_fn=no_files)
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"the trace cannot be written: {trace}\n", done.stderr)
        self.assertIn("it left no trace: none could be written, ", done.stderr)
        self.assertNotIn("it ran without libmemline.so", done.stderr)

    def test_patterns(self):
        pid = self.record_in_folder({"MEMLINE_OUT": self.path("%e-%p-%%.bin")})
        self.assertEqual(self.files(), [f"malloc_api-{pid}-%.bin"])

    def test_a_folder_that_does_not_exist(self):
        plain = subprocess.run([self.guest("malloc_api")], capture_output=True, timeout=60, check=False)
        done, _ = self.memline.record([self.guest("malloc_api")], name="no/such/folder/trace.bin")
        self.assertEqual((done.returncode, done.stdout), (plain.returncode, plain.stdout))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(b"memline", done.stderr)


if __name__ == "__main__":
    main()
