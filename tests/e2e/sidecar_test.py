#!/usr/bin/env python3
"""The process beside a program that counts for it under LD_PRELOAD alone: what it holds on to, and what happens where it cannot be had."""

import contextlib
import errno
import json
import os
import signal
import stat
import subprocess
import time
import unittest

from e2e_test import E2eTest, main

PAGES = 1024
FEW = 8


def status_of(pid):
    """The fields of /proc/PID/status."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def sidecars_of(pid):
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if file.read().split(b"\0")[1:3] == [b"sidecar", str(pid).encode()]:
                    found.append(int(entry))
    return found


class Sidecar(E2eTest):
    def setUp(self):
        super().setUp()
        done, trace = self.memline.record([self.guest("nothing")], name="probe", env={"MEMLINE_COUNTERS": "page-faults"})
        refusal = self.memline.json("summary", trace)["counters"][0]["refusal"]
        if refusal:
            raise unittest.SkipTest(refusal)
        self.assertEqual(done.stderr, b"")
        os.remove(trace)

    def touched_pages(self, trace):
        """By the line of the guest `sampled` that touches two thousand; None: the guest is not in this trace."""
        if self.memline.run(["report", trace, "--func", "faults"]).returncode == 1:
            return None
        report = self.memline.json("report", trace, "--func", "faults")
        (line,) = [line for one in report["functions"] for line in one["lines"] if "touch(second" in (line["text"] or "")]
        return line["counters"]["page-faults"]["value"]

    def start_waiting(self, **options):
        """A guest that waits for a line; (it, its sidecar, its trace)."""
        environment = dict(os.environ, LD_PRELOAD=self.memline.preload, MEMLINE_OUT=self.path("trace.bin"),
                           MEMLINE_COUNTERS="page-faults")
        guest = subprocess.Popen([self.guest("waiting")], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 start_new_session=True, **options)
        self.addCleanup(guest.stdout.close)
        self.addCleanup(guest.stdin.close)
        self.addCleanup(guest.kill)
        self.assertEqual(guest.stdout.readline(), b"ready\n")
        (sidecar,) = sidecars_of(guest.pid)
        return guest, sidecar, self.path("trace.bin")

    def assert_ends(self, sidecar, start):
        for _ in range(500):
            try:
                if status_of(sidecar)["State"].startswith("Z") or self.start_of(sidecar) != start:
                    return
            except (OSError, KeyError):
                return
            time.sleep(0.01)
        self.fail("the sidecar is still there")

    def start_of(self, pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[19]

    def test_it_holds_on_to_nothing_and_outlives_signals(self):
        read_end, write_end = os.pipe()
        guest, sidecar, trace = self.start_waiting(cwd=self.folder, pass_fds=[write_end])
        os.close(read_end)
        os.close(write_end)
        start = self.start_of(sidecar)
        status = status_of(sidecar)
        self.assertNotEqual(int(status["PPid"]), guest.pid)
        self.assertEqual(os.getsid(sidecar), sidecar)
        self.assertEqual(os.readlink(f"/proc/{sidecar}/cwd"), "/")
        null = os.stat("/dev/null").st_rdev
        for number in map(int, os.listdir(f"/proc/{sidecar}/fd")):
            path = f"/proc/{sidecar}/fd/{number}"
            if number <= 2:
                self.assertEqual(os.stat(path).st_rdev, null)
            elif os.readlink(path) != trace:
                mode = os.stat(path).st_mode
                self.assertFalse(stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISDIR(mode), os.readlink(path))
        for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            os.kill(sidecar, one)
        os.killpg(guest.pid, signal.SIGTERM)
        self.assertEqual(guest.wait(60), -signal.SIGTERM)
        # at once: the report waits until all is written
        summary = self.memline.json("summary", trace)
        self.assertGreater(summary["counters"][0]["total"], 0)
        self.assertEqual(summary["allocations"], 1000)
        self.assertFalse(summary["still_running"])
        # who is not the parent learns of the end from Linux 6.15 on
        self.assertIn(summary["program"]["exit"], ({"kind": "signal", "code": 15}, {"kind": "unknown", "code": 0}))
        self.assert_ends(sidecar, start)

    def test_a_report_of_a_running_program_does_not_wait(self):
        guest, _, trace = self.start_waiting()
        done = self.memline.run(["summary", trace, "--format", "json"])
        self.assertTrue(json.loads(done.stdout)["still_running"])
        self.assertEqual(done.stderr, "")  # nothing was waited for in vain
        guest.stdin.write(b"\n")
        guest.stdin.close()
        self.assertEqual(guest.wait(60), 0)

    def test_one_that_is_killed_is_missed_by_nobody(self):
        guest, sidecar, trace = self.start_waiting()
        for _ in range(500):
            if " PageFault " in self.memline.run(["dump", trace]).stdout:  # it writes now and then
                break
            time.sleep(0.02)
        os.kill(sidecar, signal.SIGKILL)
        guest.stdin.write(b"\n")
        guest.stdin.close()
        self.assertEqual(guest.wait(60), 0)
        summary = self.memline.json("summary", trace)
        self.assertEqual((summary["allocations"], summary["program"]["exit"]["kind"]), (1000, "exit"))
        self.assertIsNone(summary["counters"][0]["total"])
        self.assertIn("did not come to the end", self.memline.run(["summary", trace]).stdout)

    def test_one_that_is_killed_before_it_wrote_is_missed_too(self):
        guest, sidecar, trace = self.start_waiting()
        os.kill(sidecar, signal.SIGKILL)
        guest.stdin.write(b"\n")
        guest.stdin.close()
        self.assertEqual(guest.wait(60), 0)
        self.assertRegex(self.memline.run(["summary", trace]).stdout, "did not come to (its|the) end")

    def test_one_follows_exec_and_children(self):
        # exec keeps the process, a child is sampled with its parent; an orphan that begins a program soon has a sidecar of
        # its own, one that was seen before has not
        guest = self.guest("sampled")
        script = f"{guest}; setsid -f {guest}; ( (sleep 0.4; exec {guest}) & ); sleep 1; exec {guest}"

        def record():
            done, _ = self.memline.record(["sh", "-c", script], env={"MEMLINE_COUNTERS": "page-faults"})
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            return self.memline.traces()

        found = [one for one in map(self.touched_pages, self.until_no_sample_is_lost(record)) if one is not None]
        self.assertEqual(len(found), 4)
        for pages in found:
            self.assertGreaterEqual(pages, 2 * PAGES)
            self.assertLess(pages, 2 * PAGES + FEW)

    def test_what_outlives_the_first_process_is_not_counted_to_its_end(self):
        done, trace = self.memline.record(["sh", "-c", f"({self.guest('sampled')}; sleep 0.7) >/dev/null 2>&1 & sleep 0.4"],
                                          env={"MEMLINE_COUNTERS": "page-faults"})
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        notes = {path: self.memline.run(["summary", path]).stdout for path in self.memline.traces()}
        self.assertNotIn("did not come to the end", notes[trace])
        deadline = time.monotonic() + 30
        while any("still running" in note for note in notes.values()) and time.monotonic() < deadline:
            time.sleep(0.1)
            notes = {path: self.memline.run(["summary", path]).stdout for path in notes}
        # of sleep, and of the shell in brackets, unless that became it; but not of the guest
        late = [path for path, note in notes.items() if "did not come to the end" in note]
        self.assertIn(len(late), (1, 2))
        self.assertEqual([path for path in late if self.touched_pages(path) is not None], [])

    def assert_goes_on_without(self, reason, **environment):
        done, trace = self.memline.record([self.guest("sampled")],
                                          env=dict({"MEMLINE_COUNTERS": "task-clock,page-faults"}, **environment))
        self.assertEqual(done.returncode, 0)
        said = done.stderr.decode()
        self.assertEqual(said.count("\n"), 1, said)
        self.assertIn("memline: nothing is counted: " + reason, said)
        report = self.memline.json("report", trace, "--func", "faults")
        self.assertEqual([one["name"] for one in report["counters"]], ["task-clock", "page-faults"])
        for counter in report["counters"]:
            self.assertIn(reason, counter["refusal"])
            self.assertIsNone(counter["total"])
        self.assertIn("task-clock: " + reason, self.memline.run(["report", trace]).stdout)
        os.remove(trace)

    def test_where_it_cannot_be_had_the_program_goes_on(self):
        self.assert_goes_on_without("MEMLINE_SIDECAR names no program: /nowhere", MEMLINE_SIDECAR="/nowhere")
        self.assert_goes_on_without("it ended before it was ready, or took too long: ", MEMLINE_SIDECAR="/bin/true")

    def test_a_program_that_never_answers_is_not_waited_for(self):
        script = self.path("slow")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\necho $$ > {self.path('pid')}\nexec sleep 50\n")
        os.chmod(script, 0o755)
        self.assert_goes_on_without("it ended before it was ready, or took too long: ", MEMLINE_SIDECAR=script)
        with open(self.path("pid"), encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGKILL)  # it is still there

    def test_a_counter_that_no_kernel_knows(self):
        done, trace = self.memline.record([self.guest("sampled")], env={"MEMLINE_COUNTERS": "page-fault"})
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"memline: nothing is counted: no counter is called 'page-fault'", done.stderr)
        done, _ = self.memline.record([self.guest("sampled")], name="escapes.bin", env={"MEMLINE_COUNTERS": "\033[31mred"})
        self.assertIn(b"no counter is called '?[31mred'", done.stderr)
        self.assertIn("no counter is called", self.memline.json("summary", trace)["counters"][0]["refusal"])

    def test_none_means_none(self):
        done, trace = self.memline.record([self.guest("sampled")],
                                          env={"MEMLINE_COUNTERS": "page-faults", "MEMLINE_SIDECAR": "none"})
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(self.memline.json("summary", trace)["counters"], [])

    def test_where_the_kernel_forbids_it(self):
        trace = self.path("trace.bin")
        command = [self.guest("without_perf"), str(errno.EPERM), "env", "LD_PRELOAD=" + self.memline.preload, "MEMLINE_OUT=" + trace,
                   "MEMLINE_COUNTERS=page-faults", "MEMLINE_RESIDENT=1", self.guest("sampled")]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        self.assertIn(b"memline: page-faults: not permitted", done.stderr)
        report = self.memline.json("report", trace, "--func", "faults")
        self.assertIn("not permitted", report["counters"][0]["refusal"])
        self.assertIn("not permitted", report["resident"]["reason"])


if __name__ == "__main__":
    main()
