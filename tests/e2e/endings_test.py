#!/usr/bin/env python3
"""However a process ends, everything it did before is in its trace, and the trace says how it ended."""

import signal
import subprocess

from e2e_test import E2eTest, main

# way: (kind and code in the trace, status of the process as Python shows it)
ENDINGS = {
    "return": ("exit", 3), "exit": ("exit", 4), "_exit": ("exit", 5), "quick_exit": ("exit", 6),
    "pthread_exit": ("exit", 0), "last_thread": ("exit", 0),
    "abort": ("signal", signal.SIGABRT), "segv": ("signal", signal.SIGSEGV), "kill": ("signal", signal.SIGKILL),
    "term": ("signal", signal.SIGTERM), "hup": ("signal", signal.SIGHUP),
}


class Endings(E2eTest):
    def check_blocks(self, way, trace):
        report = self.memline.json("report", trace, "--func", "thousand_blocks")
        self.assertEqual(report["functions"][0]["allocations"], 1000, way)
        self.assertEqual(report["functions"][0]["allocated"], 4255000, way)
        summary = self.memline.json("summary", trace)
        self.assertTrue(summary["losses"]["complete"], (way, summary["losses"]))
        return summary

    def test_memline_run_sees_every_ending(self):
        for way, (kind, code) in ENDINGS.items():
            with self.subTest(way):
                done, trace = self.run_under_memline([self.guest("endings"), way], name=f"{way}.bin")
                # A shell cannot tell memline run from the program: it dies of the same signal.
                self.assertEqual(done.returncode, code if kind == "exit" else -code)
                summary = self.check_blocks(way, trace)
                self.assertEqual(summary["program"]["exit"], {"kind": kind, "code": code})
                # Every block carries its checksum, also those that nobody in the process could seal any more.
                self.assertIn(" open_blocks=0 ", self.memline.run(["dump", trace]).stdout.splitlines()[0])

    def test_the_preload_alone_loses_nothing_and_leaves_the_status(self):
        for way, (kind, code) in ENDINGS.items():
            with self.subTest(way):
                plain = subprocess.run([self.guest("endings"), way], capture_output=True, timeout=60, check=False)
                done, trace = self.memline.record([self.guest("endings"), way], name=f"{way}.bin")
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (plain.returncode, plain.stdout, plain.stderr))
                summary = self.check_blocks(way, trace)
                ending = summary["program"]["exit"]
                if kind == "exit":
                    # Nobody tells a library that the last thread is gone, but exit() runs then too.
                    self.assertEqual(ending, {"kind": "exit", "code": code})
                else:
                    # Only somebody outside sees what killed it.
                    self.assertIn(ending["kind"], ("unknown", "signal"))


if __name__ == "__main__":
    main()
