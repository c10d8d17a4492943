#!/usr/bin/env python3
"""Output on a file system that can neither map files nor reserve space: some network and user-space ones are so. Here
a filter on system calls, set up before the program starts, refuses as they do."""

import ctypes
import errno
import signal
import struct
import subprocess

from e2e_test import E2eTest, main

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
SYS_MMAP, SYS_FALLOCATE, MAP_SHARED = 9, 285, 1
NUMBER, FLAGS, DESCRIPTOR = 0, 16 + 3 * 8, 16 + 4 * 8

FILTER = [(LOAD, 0, 0, NUMBER),
          (JUMP_EQUAL, 5, 0, SYS_FALLOCATE),
          (JUMP_EQUAL, 0, 5, SYS_MMAP),
          (LOAD, 0, 0, FLAGS),
          (JUMP_SET, 0, 3, MAP_SHARED),
          (LOAD, 0, 0, DESCRIPTOR),
          (JUMP_EQUAL, 1, 2, 0xFFFFFFFF),
          (RETURN, 0, 0, REFUSE | errno.EOPNOTSUPP),
          (RETURN, 0, 0, ALLOW),
          (RETURN, 0, 0, REFUSE | errno.ENODEV)]


def refuse_shared_mappings():
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in FILTER)
    memory = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(FILTER), ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) != 0:
        raise OSError(ctypes.get_errno(), "no filter")


class UnmappableOutput(E2eTest):
    def setUp(self):
        super().setUp()
        if subprocess.run(["true"], preexec_fn=refuse_shared_mappings, check=False).returncode != 0:
            self.skipTest("filters on system calls are not allowed here")

    def record_ending(self, way):
        plain = subprocess.run([self.guest("endings"), way], capture_output=True, timeout=60, check=False)
        done, trace = self.memline.record([self.guest("endings"), way], name=f"{way}.bin",
                                          preexec_fn=refuse_shared_mappings)
        self.assertEqual((done.returncode, done.stdout), (plain.returncode, plain.stdout))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith(b"memline: "), done.stderr)
        return trace

    def test_a_program_that_exits_has_lost_nothing(self):
        for way in ("return", "exit", "_exit", "quick_exit"):
            with self.subTest(way):
                trace = self.record_ending(way)
                report = self.memline.json("report", trace, "--func", "thousand_blocks")
                self.assertEqual(report["functions"][0]["allocations"], 1000)
                self.assertEqual(report["functions"][0]["allocated"], 4255000)
                self.assertIn("cannot be mapped", " ".join(report["losses"]["notes"]))

    def test_a_killed_program_has_lost_its_open_blocks_and_the_report_says_so(self):
        trace = self.record_ending("kill")
        done = self.memline.run(["summary", trace])
        self.assertIn("cannot be mapped", done.stdout + done.stderr)
        self.assertIn(done.returncode, (0, 1, 3))


if __name__ == "__main__":
    main()
