"""What the end-to-end tests share. The programs under test are named by the environment; CMakeLists.txt sets it."""

import os
import shutil
import subprocess
import tempfile
import threading
import unittest

from memline_tool import Memline

GUESTS = os.environ.get("MEMLINE_GUESTS", "")
SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "guests")


class E2eTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="memline-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.memline = Memline(os.environ["MEMLINE"], os.environ["MEMLINE_PRELOAD"], self.folder)

    def guest(self, name, build="gcc-O2"):
        return os.path.join(GUESTS, build, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_under_memline(self, command, *options, name="trace.bin", **others):
        """memline run -o TRACE OPTIONS -- COMMAND; returns (completed process, trace)."""
        trace = self.path(name)
        return self.memline.run(["run", "-o", trace, *options, "--", *command], **others), trace

    def until_no_sample_is_lost(self, record):
        """Calls record() for traces until the kernel has dropped no sample: on a machine that is busy with other things it may,
        and then the numbers are none. At most five times; returns the last traces."""
        for _ in range(5):
            for old in self.memline.traces():
                os.remove(old)
            traces = record()
            if not any(self.memline.json("summary", trace)["lost_samples"] for trace in traces):
                break
        return traces

    def watch(self, *options, guest="slow_regions"):
        """memline run --watch OPTIONS on a guest that waits for a line; not for more than a minute."""
        memline = subprocess.Popen([self.memline.program, "run", "-o", self.path("w.bin"), "--watch", *options, "--",
                                    self.guest(guest)],
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        limit = threading.Timer(60, memline.kill)
        limit.start()
        self.addCleanup(limit.cancel)
        return memline

    def go_on(self, memline):
        """Gives the guest its line; returns what was said until the end."""
        self.assertIsNone(memline.poll())
        memline.stdin.write("\n")
        memline.stdin.close()
        self.assertEqual(memline.wait(60), 0)
        with memline.stderr:
            return memline.stderr.read()

    def blocks_of(self, trace, *options):
        """(allocations, bytes) of the guest function `blocks`, or zeros where it has none."""
        done = self.memline.run(["report", trace, "--format", "json", "--func", "blocks", *options])
        if done.returncode != 0:
            return 0, 0
        import json
        functions = json.loads(done.stdout)["functions"]
        return sum(one["allocations"] for one in functions), sum(one["allocated"] for one in functions)


def main():
    unittest.main(verbosity=2)
