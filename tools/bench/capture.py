#!/usr/bin/env python3
"""capture.py --build DIR --memline DIR --scratch DIR [--reps N] [--only W,W] [--peers P,P] single|threads|programs

Measures what recording costs. Every run under a peer directly follows an unprofiled run of its own, and the peers take
turns, so that a slow minute of the machine hits all alike. Prints Markdown: medians over the pairs, `~` where the
spread (max - min) is more than a third of the median.

ns/event added = (profiled - unprofiled) / events. For the workloads it is the wall time of their hot part, for real
programs the CPU time of the whole process. Events are allocations + frees, a realloc being one of each.
"""
import os
import platform
import statistics
import sys

import peers
import workloads


def median_cell(values, form):
    if not values:
        return "-"
    middle = statistics.median(values)
    spread = max(values) - min(values)
    noisy = len(values) > 2 and spread > abs(middle) / 3 and spread > 0.02
    return form % middle + ("~" if noisy else "")


def table(title, names, rows):
    print(f"\n**{title}**\n")
    print("| | " + " | ".join(names) + " |")
    print("| --- |" + " --- |" * len(names))
    for label, cells in rows:
        print(f"| {label} | " + " | ".join(cells) + " |")


def measure(bench, chosen, names, reps):
    """{workload: {peer: [(plain, profiled), ...]}} and {workload: events}"""
    pairs, events = {}, {}
    for w in chosen:
        pairs[w.name] = {p: [] for p in names}
        first = bench.run("plain", w)  # warms the page cache
        if first.status != 0:
            raise SystemExit(f"{w.name} fails by itself, with status {first.status}: {' '.join(w.argv)}")
        for _ in range(reps):
            for p in names:
                plain = bench.run("plain", w)
                profiled = bench.run(p, w)
                if profiled.status != plain.status:
                    print(f"{w.name} under {p}: status {profiled.status} instead of {plain.status}", file=sys.stderr)
                    continue
                pairs[w.name][p].append((plain, profiled))
        if w.own_clock:
            events[w.name] = pairs[w.name][names[0]][0][0].events
        else:
            keep = os.path.join(bench.scratch, "count")
            bench.run("memline", w, keep)
            events[w.name] = bench.events_of(keep + "/trace.bin")
        print(f"{w.name} measured", file=sys.stderr)
    return pairs, events


def report(chosen, pairs, events, names, tables):
    titles = [w.name for w in chosen]

    def cost(w, run):
        return run.hot if w.own_clock else run.cpu

    def rows(value, form):
        return [(p, [median_cell([value(w, a, b) for a, b in pairs[w.name][p]], form) for w in chosen]) for p in names]

    base = ["%.1f" % (statistics.median(cost(w, a) for a, _ in pairs[w.name][names[0]]) * 1e3) for w in chosen]
    table("Unprofiled", titles, [("ms", base), ("events", ["%d" % events[w.name] for w in chosen])])
    if tables == "size":
        table("Trace, bytes per event", titles, rows(lambda w, a, b: b.trace_bytes / events[w.name], "%.2f"))
        return
    table("ns per event added", titles, rows(lambda w, a, b: (cost(w, b) - cost(w, a)) / events[w.name] * 1e9, "%.0f"))
    table("Times as long", titles, rows(lambda w, a, b: cost(w, b) / cost(w, a), "%.2f"))
    table("CPU time of everything that runs, times the unprofiled program's", titles,
          rows(lambda w, a, b: (b.cpu + b.helpers_cpu) / max(a.cpu, 1e-4), "%.2f"))
    table("Peak RSS added to the target, MiB", titles,
          rows(lambda w, a, b: (b.max_rss_kib - a.max_rss_kib) / 1024, "%.1f"))
    table("Trace, bytes per event", titles, rows(lambda w, a, b: b.trace_bytes / events[w.name], "%.2f"))


def main():
    parser = peers.arguments(__doc__)
    parser.add_argument("--only", default="", help="some of the workloads, by name")
    parser.add_argument("--peers", default="memline,ht-file,ht")
    parser.add_argument("--tables", choices=["all", "size"], default="all")
    parser.add_argument("set", choices=["single", "threads", "programs"])
    a = parser.parse_args()
    bench = peers.Bench(a.build, a.scratch, a.memline)
    chosen = {"single": lambda: workloads.small(a.build), "threads": lambda: workloads.threads(a.build),
              "programs": lambda: workloads.programs(a.scratch)}
    picked = [w for w in chosen[a.set]() if not a.only or w.name in a.only.split(",")]
    names = a.peers.split(",")
    pairs, events = measure(bench, picked, names, a.reps)
    print(f"\n{a.set}: {a.reps} pairs each, {os.cpu_count()} processors, Linux {platform.release()}")
    report(picked, pairs, events, names, a.tables)


if __name__ == "__main__":
    main()
