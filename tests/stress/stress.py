#!/usr/bin/env python3
"""Runs the stress guest round after round, kills it or lets it end, and holds every trace against the ledgers.

Each round is a number: the round's seed decides what the guest does and when it is killed. A round that fails keeps its
folder and is run again with --seed N --rounds 1.
"""

import argparse
import ctypes
import json
import mmap
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

# Each report reads debug information anew, and leaves nothing in the home folder.
os.environ.setdefault("MEMLINE_CACHE", "none")

# The layout of tests/stress/ledger.h.
MAGIC = 0x314C444752545353
JOURNALS, ENTRIES = 512, 16384
HEADER = struct.Struct("<QIIII")
PROGRESS = struct.Struct("<QQ")
ENTRY = struct.Struct("<IIQQ")
JOURNAL_BYTES = PROGRESS.size + ENTRIES * ENTRY.size

# By number: its name, and the count of a report in which its calls stand.
FUNCTIONS = [("stress_malloc", "allocations"), ("stress_calloc", "allocations"), ("stress_realloc", "reallocations"),
             ("stress_aligned", "allocations"), ("stress_memalign", "allocations"), ("stress_new", "allocations"),
             ("stress_free", "frees"), ("stress_delete", "frees"), ("stress_map", "mappings"),
             ("stress_unmap", "unmappings"), ("stress_signal_map", "mappings"), ("stress_signal_unmap", "unmappings"),
             ("stress_plugin_a", "allocations"), ("stress_plugin_b", "allocations")]
NAMES = [name for name, _ in FUNCTIONS]
HANG_SECONDS = 120


class Bounds:
    """Numbers of which some are certain and some (calls that the end of the process met halfway) may have happened."""

    def __init__(self):
        self.low, self.high = [0] * len(FUNCTIONS), [0] * len(FUNCTIONS)

    def add(self, function, number, certain):
        if certain or number < 0:
            self.low[function] += number
        if certain or number > 0:
            self.high[function] += number


class Ledger:
    def __init__(self, path):
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
            self.magic, self.pid, self.image, self.parent_pid, self.parent_image = HEADER.unpack_from(memory, 0)
            if self.magic != MAGIC:
                return
            at = HEADER.size
            self.inherited = [PROGRESS.unpack_from(memory, at + i * PROGRESS.size) for i in range(JOURNALS)]
            at += JOURNALS * PROGRESS.size
            self.journals = []
            for i in range(JOURNALS):
                begin = at + i * JOURNAL_BYTES
                begun, done = PROGRESS.unpack_from(memory, begin)
                entries = [ENTRY.unpack_from(memory, begin + PROGRESS.size + n * ENTRY.size) for n in range(begun)]
                self.journals.append((begun, done, entries))

    def entries(self, limits=None):
        """(entry, whether it is certain); `limits`: how far, by journal."""
        for i, (begun, done, entries) in enumerate(self.journals):
            if limits is not None:
                begun, done = limits[i]
            for n, entry in enumerate(entries[:begun]):
                yield entry, n < done


class Round:
    def __init__(self, programs, seed, milliseconds, folder):
        self.memline, self.preload, self.guest, *self.plugins = programs
        self.seed, self.milliseconds, self.folder = seed, milliseconds, folder
        self.failures, self.traces, self.events = [], 0, 0

    def fail(self, text):
        self.failures.append(text)

    def run(self):
        chance = random.Random(self.seed)
        killed_after = chance.uniform(0.02, self.milliseconds / 1000) if chance.random() < 0.5 else None
        environment = dict(os.environ, LD_PRELOAD=self.preload, MEMLINE_OUT=os.path.join(self.folder, "trace.%p"))
        with open(os.path.join(self.folder, "stderr"), "wb") as errors:
            guest = subprocess.Popen([self.guest, str(self.seed), str(self.milliseconds), self.folder, *self.plugins],
                                     env=environment, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
            if killed_after is not None:
                time.sleep(killed_after)
                guest.send_signal(chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]))
            self.wait_for_all(guest)
        with open(os.path.join(self.folder, "stderr"), "r", errors="replace", encoding="utf-8") as errors:
            said = errors.read()
        if said:
            self.fail("on stderr: " + said[:500])
        self.check()

    def wait_for_all(self, guest):
        """Children outlive the guest: this process is their new parent and waits for them."""
        deadline = time.monotonic() + HANG_SECONDS
        while time.monotonic() < deadline:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                time.sleep(0.02)
        else:
            self.fail(f"processes still run after {HANG_SECONDS} s")
            self.show_stacks(guest.pid)
            os.killpg(guest.pid, signal.SIGKILL)
            while True:
                try:
                    os.waitpid(-1, 0)
                except ChildProcessError:
                    break
        guest.returncode = 0  # it has been waited for

    def show_stacks(self, group):
        for name in os.listdir("/proc"):
            try:
                if not name.isdigit() or os.getpgid(int(name)) != group:
                    continue
            except ProcessLookupError:
                continue
            gdb = shutil.which("gdb")
            if gdb:
                with open(os.path.join(self.folder, f"stacks.{name}"), "wb") as out:
                    subprocess.run([gdb, "-p", name, "-batch", "-ex", "thread apply all bt"], stdout=out,
                                   stderr=subprocess.STDOUT, timeout=60, check=False)

    def check(self):
        self.ledgers = {}
        for name in sorted(os.listdir(self.folder)):
            if name.startswith("ledger."):
                ledger = Ledger(os.path.join(self.folder, name))
                if ledger.magic == MAGIC:
                    self.ledgers[ledger.pid, ledger.image] = ledger
        if not self.ledgers:
            return  # it was killed before it began
        for ledger in self.ledgers.values():
            self.check_trace(ledger)

    def json(self, command, ledger, *arguments):
        trace = os.path.join(self.folder, f"trace.{ledger.pid}")
        done = subprocess.run([self.memline, command, trace, "--format", "json", "--image", str(ledger.image), *arguments],
                              capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
        if done.returncode == 1:
            return None
        if done.returncode != 0:
            self.fail(f"{ledger.pid}: memline {command}: exit {done.returncode}: {done.stderr[:500]}")
            return None
        return json.loads(done.stdout)

    def live(self, ledger, limits=None):
        """Bytes live by owner at the end, or at a moment of it."""
        bounds = Bounds()
        parent = self.ledgers.get((ledger.parent_pid, ledger.parent_image)) if ledger.parent_pid else None
        if parent is not None:
            inherited = self.live(parent, ledger.inherited)
            bounds.low, bounds.high = inherited.low, inherited.high
        for (function, owner, acquired, released), certain in ledger.entries(limits):
            bounds.add(function, acquired, certain)
            bounds.add(owner, -released, certain)
        return bounds

    def check_trace(self, ledger):
        self.traces += 1
        calls, acquired, live = Bounds(), Bounds(), self.live(ledger)
        for (function, _, bytes_acquired, _), certain in ledger.entries():
            calls.add(function, 1, certain)
            acquired.add(function, bytes_acquired, certain)
        self.events += sum(calls.low)
        who = f"process {ledger.pid} image {ledger.image}"

        report = self.json("report", ledger, "--func", "stress_*")
        found = {function["name"]: function for function in report["functions"]} if report else {}
        if report:
            losses = report["losses"]
            if losses["events"] or losses["unknown_frees"] or not losses["complete"]:
                self.fail(f"{who}: losses {losses}")
        # A signal that comes while a tagged function maps or unmaps has its own mapping counted in both.
        for outer, inner in (("stress_map", "stress_signal_map"), ("stress_unmap", "stress_signal_unmap")):
            calls.high[NAMES.index(outer)] += calls.high[NAMES.index(inner)]
        self.compare(f"{who}: calls", calls, [found.get(name, {}).get(key, 0) for name, key in FUNCTIONS])

        sites = self.json("top", ledger, "--most", "0")
        by_site = [0] * len(FUNCTIONS)
        for site in sites["sites"] if sites else []:
            if site["function"] in NAMES:
                by_site[NAMES.index(site["function"])] += site["allocated"]
        self.compare(f"{who}: bytes acquired", acquired, by_site)

        heap = self.json("heap", ledger, "--at", "end", "--by", "func")
        owned = [0] * len(FUNCTIONS)
        for row in heap["rows"] if heap else []:
            if row["function"] in NAMES:
                owned[NAMES.index(row["function"])] += row["bytes"]
        self.compare(f"{who}: bytes live at the end", live, owned)

    def compare(self, what, bounds, numbers):
        for name, low, high, number in zip(NAMES, bounds.low, bounds.high, numbers):
            if not low <= number <= high:
                self.fail(f"{what} of {name}: {number} in the trace, {low}..{high} in the ledger")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="programs.txt of the build")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rounds", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--milliseconds", type=int, default=1500, help="how long a round's guest runs")
    arguments = parser.parse_args()
    with open(arguments.programs, encoding="utf-8") as file:
        programs = file.read().splitlines()
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    first = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1, 1 << 31)
    print(f"stress: seed {first}", flush=True)
    deadline = time.monotonic() + arguments.minutes * 60 if arguments.minutes is not None else None
    done = failed = traces = events = 0
    while (arguments.rounds is None or done < arguments.rounds) and (deadline is None or time.monotonic() < deadline):
        folder = tempfile.mkdtemp(prefix="memline-stress-")
        one = Round(programs, first + done, arguments.milliseconds, folder)
        one.run()
        done, traces, events = done + 1, traces + one.traces, events + one.events
        if one.failures:
            failed += 1
            print(f"stress: seed {one.seed} FAILED, see {folder}", flush=True)
            for failure in one.failures[:20]:
                print("  " + failure, flush=True)
            if failed == 10:
                break
        else:
            shutil.rmtree(folder)
        if done % 50 == 0:
            print(f"stress: {done} rounds, {failed} failed; {traces} traces, {events} calls checked", flush=True)
    print(f"stress: {done} rounds, {failed} failed; {traces} traces, {events} calls checked", flush=True)
    return 1 if failed or not done else 0


if __name__ == "__main__":
    sys.exit(main())
