"""What the end-to-end tests share. The programs under test are named by the environment; CMakeLists.txt sets it."""

import os
import shutil
import tempfile
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
