#!/usr/bin/env python3
"""memline and heaptrack 1.4.0 on programs that nobody here wrote. Each program runs once under each; the environment is
made equally long, so that both runs do the same. heaptrack's own recording is counted here to the byte, since what it
prints is rounded. Its ways that differ from memline's by definition are undone by name:

  realloc            is a free and an allocation to heaptrack: one more of each, and a block may become "temporary"
  emergency pool     heaptrack brings libstdc++ (72704 bytes) into programs that have none
  after its end      heaptrack stops in an exit handler: what is freed later counts as leaked
  realloc(p, 0)      leaves a block of 0 bytes at address 0
"""

import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from memline_tool import Memline  # noqa: E402

HEAPTRACK = next(iter(glob.glob("/usr/lib/*/heaptrack/libheaptrack_preload.so")
                      + glob.glob("/usr/lib/heaptrack/libheaptrack_preload.so")), None)
HERE = os.path.dirname(os.path.abspath(__file__))


class Raw:
    """heaptrack's own recording: `+ size trace address` and `- address`."""

    def __init__(self, path):
        self.allocations = self.frees = self.live = self.peak = self.temporary = self.pools = self.zero = 0
        blocks, last = {}, None
        with open(path, encoding="utf-8", errors="replace") as file:
            for text in file:
                words = text.split()
                if not words:
                    continue
                if words[0] == "+":
                    size, address = int(words[1], 16), int(words[3], 16)
                    if address == 0:
                        self.zero += 1
                        continue
                    if size == 72704:
                        self.pools += 1
                    self.allocations += 1
                    blocks[address] = size
                    self.live += size
                    self.peak = max(self.peak, self.live)
                    last = address
                elif words[0] == "-":
                    address = int(words[1], 16)
                    if address in blocks:
                        self.frees += 1
                        self.live -= blocks.pop(address)
                        self.temporary += last == address
                    last = None
        self.leaked = len(blocks)


@unittest.skipIf(HEAPTRACK is None, "heaptrack is not installed")
class Heaptrack(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="memline-heaptrack-")
        self.addCleanup(self.scratch.cleanup)
        self.folder = self.scratch.name
        self.memline = Memline(os.environ["MEMLINE"], os.environ["MEMLINE_PRELOAD"], self.folder)

    def run_both(self, command, env=None, stdin=None):
        base = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **(env or {})}
        trace, raw = os.path.join(self.folder, "trace.bin"), os.path.join(self.folder, "raw")
        ours = {"LD_PRELOAD": self.memline.preload, "MEMLINE_OUT": trace}
        # heaptrack removes its own two variables; the program is to find as many, and as long ones, as under memline.
        theirs = {"LD_PRELOAD": HEAPTRACK, "DUMP_HEAPTRACK_OUTPUT": raw,
                  **{name[:-1] + "_": "x" * len(value) for name, value in ours.items()}}
        outputs = []
        for variables in (ours, theirs):
            with open(stdin or os.devnull, "rb") as source:
                done = subprocess.run(command, env={**base, **variables}, stdin=source, capture_output=True, timeout=120,
                                      check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            outputs.append(done.stdout)
        self.assertEqual(outputs[0], outputs[1])
        return self.memline.json("summary", trace), Raw(raw)

    def compare(self, summary, raw, own_libstdcxx):
        extra = 0 if own_libstdcxx else raw.pools
        self.assertEqual(raw.pools, 1)
        print(f"\n{self.id()}: memline {summary['allocations']} + {summary['reallocations']} calls, peak {summary['peak']}, "
              f"leaked {summary['leaked_blocks']}, temporary {summary['temporary']}; heaptrack {raw.allocations} calls, "
              f"peak {raw.peak}, leaked {raw.leaked}, temporary {raw.temporary}, realloc(p, 0) {raw.zero}")
        self.assertEqual(summary["allocations"] + summary["reallocations"], raw.allocations - extra)
        self.assertEqual(summary["peak"] - self.mapped_at_peak(), raw.peak - 72704 * extra)
        return extra

    def mapped_at_peak(self):
        """heaptrack does not see mappings; the programs here make none in the peak unless this says so."""
        return 0

    def test_sqlite3(self):
        summary, raw = self.run_both(["/usr/bin/sqlite3", ":memory:"], stdin=os.path.join(HERE, "script.sql"))
        extra = self.compare(summary, raw, own_libstdcxx=False)
        self.assertEqual(summary["leaked_blocks"], raw.leaked - extra)
        self.assertEqual(summary["temporary"], raw.temporary)

    def test_python3(self):
        code = "import json; d = [{'a': list(range(50)), 'b': str(i) * 20} for i in range(300)]; len(json.dumps(d))"
        summary, raw = self.run_both(["/usr/bin/python3", "-c", code], env={"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"})
        extra = self.compare(summary, raw, own_libstdcxx=False)
        self.assertEqual(summary["leaked_blocks"], raw.leaked - extra)
        self.assertEqual(summary["temporary"], raw.temporary)

    def test_cc1plus(self):
        cc1plus = subprocess.run(["g++", "-print-prog-name=cc1plus"], capture_output=True, text=True, check=True).stdout.strip()
        multiarch = subprocess.run(["g++", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
        command = [cc1plus, "-quiet", "-imultiarch", multiarch, os.path.join(HERE, "templates.cpp"), "-o", os.path.join(self.folder, "out.s")]
        summary, raw = self.run_both(command)
        self.compare(summary, raw, own_libstdcxx=True)
        self.assertEqual(summary["temporary"], raw.temporary)


if __name__ == "__main__":
    unittest.main(verbosity=2)
