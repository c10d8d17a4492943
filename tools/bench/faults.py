#!/usr/bin/env python3
"""faults.py --build DIR --memline DIR --scratch DIR [--reps N]

Measures what it costs a program that page faults are recorded: a loop that does nothing but touch new pages, and one that
fills them. Runs alternate; each is compared with the unprofiled run before it. CPU time of the program alone. What the
kernel takes for such samples in any case is seen with perf, which records the address alone, or registers and 1 KiB of stack
(and, not to be parted from it, its own chain of frame pointers). Prints Markdown.
"""
import os
import platform
import shutil
import subprocess

import peers
from capture import median_cell, table

WORKLOADS = {"touch only": ["10", "1"], "fill": ["10", "512"]}


def ways(memline, scratch):
    run = [memline, "run", "-o", scratch + "/trace.bin"]
    perf = ["perf", "record", "-q", "-m", "8M", "-o", scratch + "/perf.data", "-e", "page-faults", "-c", "1", "-d"]
    found = {"memline-run": run + ["--"], "memline-run --resident 1": run + ["--resident", "1", "--"]}
    if shutil.which("perf"):
        found |= {"perf, addresses": perf + ["--"], "perf, addresses and stacks": perf + ["--call-graph", "dwarf,1024", "--"]}
    return found


def main():
    a = peers.arguments(__doc__).parse_args()
    bench = peers.Bench(a.build, a.scratch, a.memline)

    def run(words):
        out = a.scratch + "/faults"
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(out)
        with open(out + "/err", "wb") as err:
            subprocess.run(bench.metered(out + "/meter", "0,1", {}, words), stdout=subprocess.DEVNULL, stderr=err, timeout=120)
        return bench.collect(out)

    chosen = ways(bench.memline, a.scratch)
    pairs = {w: {k: [] for k in chosen} for w in WORKLOADS}
    for workload, arguments in WORKLOADS.items():
        program = [a.build + "/touch"] + arguments
        for _ in range(a.reps):
            for way, command in chosen.items():
                pairs[workload][way].append((run(program), run(command + program)))

    def rows(value, form):
        return [(way, [median_cell([value(p, b) for p, b in pairs[w][way]], form) for w in WORKLOADS]) for way in chosen]

    print(f"{a.reps} pairs each, {os.cpu_count()} processors, Linux {platform.release()}")
    table("Times as long", WORKLOADS, rows(lambda p, b: b.hot / p.hot, "%.2f"))
    table("ns per page added", WORKLOADS, rows(lambda p, b: (b.hot - p.hot) / p.events * 1e9, "%.0f"))


if __name__ == "__main__":
    main()
