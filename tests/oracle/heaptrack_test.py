#!/usr/bin/env python3
"""memline and heaptrack 1.4.0 on programs that nobody here wrote, both in the same run: two runs of python3 are never
alike to the byte. liboracle.so stands between them and says which calls are heaptrack's own (memline sees them like any
other library's). heaptrack's recording is counted here, since what it prints is rounded. Tolerance is zero, after these:

  heaptrack's own calls   have a frame of libheaptrack_preload.so on their stacks; heaptrack leaves them out
  memalign, pvalloc       heaptrack does not know them; nor reallocarray, mmap and sbrk
  realloc(p, 0)           leaves a block of 0 bytes at address 0 in heaptrack's recording
  at its end              heaptrack frees libstdc++'s emergency pool and what libc frees for leak checkers
  after its end           heaptrack stops in an exit handler: what is freed later has leaked, to heaptrack
  mappings                count in memline's peak
"""

import glob
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from memline_tool import Memline  # noqa: E402
from oracle_log import Log, dynamic_symbols, symbol_at  # noqa: E402
from oracle_model import COUNTS, Memory  # noqa: E402

HEAPTRACK = next(iter(glob.glob("/usr/lib/*/heaptrack/libheaptrack_preload.so")
                      + glob.glob("/usr/lib/heaptrack/libheaptrack_preload.so")), None)
HERE = os.path.dirname(os.path.abspath(__file__))


class Heap:
    """Calls, frees, live, peak and temporaries of one sequence of allocations and frees."""

    def __init__(self):
        self.calls = self.frees = self.live = self.peak = self.temporary = 0
        self.blocks, self.last = {}, None

    def allocate(self, address, size):
        self.calls += 1
        self.blocks[address] = size
        self.live += size
        self.peak = max(self.peak, self.live)
        self.last = address

    def free(self, address):
        if address in self.blocks:
            self.frees += 1
            self.live -= self.blocks.pop(address)
            self.temporary += self.last == address
        self.last = None


def heaptrack_heap(path):
    """heaptrack's own recording: `+ size trace address` and `- address`, in hexadecimal."""
    heap = Heap()
    with open(path, encoding="utf-8", errors="replace") as file:
        for text in file:
            words = text.split()
            if words[:1] == ["+"] and int(words[3], 16) != 0:
                heap.allocate(int(words[3], 16), int(words[1], 16))
            elif words[:1] == ["-"]:
                heap.free(int(words[1], 16))
    return heap


def heaptracks_own(log):
    """The stacks with a frame of heaptrack, but for its dlopen and dlclose, which stand around the program's."""
    symbols, own = {}, set()
    for stack, frames in log.stacks.items():
        for frame in frames:
            module, offset = frame.rstrip("!").split(":")
            path = log.modules[int(module)]
            if "libheaptrack" in path:
                symbols.setdefault(path, dynamic_symbols(path))
                if symbol_at(symbols[path], int(offset, 16) - 1) not in ("dlopen", "dlclose"):
                    own.add(stack)
    return own


def program_heap(log, frees):
    """The program's own calls as heaptrack counts them, up to its last free that heaptrack saw; and what came later."""
    own = heaptracks_own(log)
    heap, later = Heap(), 0
    for event in log.events:
        if event.stack in own and not (event.kind == "f" and event.values[0] in heap.blocks):
            continue
        if event.kind == "a":
            heap.allocate(*event.values)
        elif event.kind == "r":
            heap.free(event.values[0])
            heap.allocate(*event.values[1:])
        elif event.kind == "f":
            if heap.frees == frees and event.values[0] in heap.blocks:
                later += 1
            else:
                heap.free(event.values[0])
    return heap, later


@unittest.skipIf(HEAPTRACK is None, "heaptrack is not installed")
class Heaptrack(unittest.TestCase):
    def compare(self, command, env=None, stdin=os.devnull):
        with tempfile.TemporaryDirectory(prefix="memline-heaptrack-") as folder, open(stdin, "rb") as source:
            raw = os.path.join(folder, "raw")
            preload = ":".join((os.environ["MEMLINE_PRELOAD"], os.environ["MEMLINE_ORACLE"], HEAPTRACK))
            memline = Memline(os.environ["MEMLINE"], preload, folder)
            done, trace = memline.record(command, stdin=source, env={
                "DUMP_HEAPTRACK_OUTPUT": raw, "ORACLE_OUT": os.path.join(folder, "%p.log"), **(env or {})})
            self.assertEqual(done.returncode, 0, done.stderr)
            summary = memline.json("summary", trace)
            log = Log(os.path.join(folder, f"{summary['program']['pid']}.log"))
            theirs = heaptrack_heap(raw)
        memory, counts = Memory(), dict.fromkeys(COUNTS, 0)
        for event in log.events:
            change = memory.apply(event)
            for name, count in (change.counts if change else {}).items():
                counts[name] += count
        # memline against the sequence of calls, heaptrack's own among them ...
        for name in ("allocations", "frees", "reallocations", "mappings", "unmappings"):
            self.assertEqual(summary[name], counts[name], name)
        self.assertEqual(summary["temporary"], len(memory.temporary))
        self.assertEqual(summary["at_end"], memory.live)
        # ... and heaptrack against the same sequence, without them.
        ours, later = program_heap(log, theirs.frees)
        print(f"\n{self.id()}: calls {ours.calls}/{theirs.calls}, peak {ours.peak}/{theirs.peak}, temporary "
              f"{ours.temporary}/{theirs.temporary}, leaked {len(ours.blocks)}/{len(theirs.blocks)} (memline/heaptrack); "
              f"{later} frees after heaptrack's end")
        self.assertEqual(ours.calls, theirs.calls)
        self.assertEqual(ours.peak, theirs.peak)
        self.assertEqual(ours.temporary, theirs.temporary)
        self.assertEqual(len(ours.blocks), len(theirs.blocks))
        self.assertGreater(ours.calls, 500)

    def test_sqlite3(self):
        self.compare(["/usr/bin/sqlite3", ":memory:"], stdin=os.path.join(HERE, "script.sql"))

    def test_python3(self):
        code = "import json; d = [{'a': list(range(50)), 'b': str(i) * 20} for i in range(300)]; len(json.dumps(d))"
        self.compare(["/usr/bin/python3", "-S", "-c", code], env={"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"})

    def test_cc1plus(self):
        def ask(option):
            return subprocess.run(["g++", option], capture_output=True, text=True, check=True).stdout.strip()

        self.compare([ask("-print-prog-name=cc1plus"), "-quiet", "-imultiarch", ask("-print-multiarch"),
                      os.path.join(HERE, "templates.cpp"), "-o", os.devnull])


if __name__ == "__main__":
    unittest.main(verbosity=2)
