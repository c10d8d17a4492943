#!/usr/bin/env python3
"""analysis.py --build DIR --memline DIR --scratch DIR [--reps N] [--only W,W]

Measures what a report costs: the same programs are recorded once by memline and once by heaptrack, then each analyzer
works on its own trace, in turns. heaptrack needs two steps (heaptrack_interpret, heaptrack_print), which are added.
Cold: memline's cache of debug information is emptied before each run; warm: it is not. Prints Markdown, seconds and peak RSS.
"""
import os
import shutil
import statistics
import subprocess

import peers
import workloads

CHOSEN = ("churn-23", "stl", "cc1plus", "clang", "sqlite3", "python3")


def main():
    parser = peers.arguments(__doc__)
    parser.set_defaults(reps=3)
    parser.add_argument("--only", default="")
    a = parser.parse_args()
    build, scratch = a.build, a.scratch
    bench = peers.Bench(build, scratch, a.memline)
    wanted = a.only.split(",") if a.only else CHOSEN
    cache = scratch + "/cache"

    def timed(shell, done=(0,)):
        """Wall seconds and peak MiB of one shell command, on both processors; (None, None): its status is none of `done`."""
        log = scratch + "/analysis.meter"
        if os.path.exists(log):
            os.remove(log)
        subprocess.run(bench.metered(log, "0,1", {"MEMLINE_CACHE": cache}, ["sh", "-c", "exec " + shell]),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        line = peers.Bench.meter_line(log)
        if os.waitstatus_to_exitcode(line["status"]) not in done:
            return None, None
        return line["wall"], line["maxrss_kb"] / 1024

    print("| | events | " + " | ".join(
        ("top cold", "top warm", "report cold", "report warm", "MiB", "interpret + print", "MiB")) + " | times faster |")
    print("| --- |" + " --- |" * 9)
    for w in workloads.small(build) + workloads.programs(scratch):
        if w.name not in wanted:
            continue
        ours, theirs = scratch + "/keep-memline", scratch + "/keep-heaptrack"
        if bench.run("memline", w, ours).status != 0:
            raise SystemExit(f"{w.name} fails: {' '.join(w.argv)}")
        bench.run("ht-file", w, theirs)
        trace, raw = ours + "/trace.bin", theirs + "/raw"
        events = bench.events_of(trace)
        seconds = {k: [] for k in ("top cold", "top warm", "report cold", "report warm", "ht")}
        mib = {"memline": 0.0, "ht": 0.0}
        for _ in range(a.reps):
            for command in ("top", "report"):
                for heat in ("cold", "warm"):
                    if heat == "cold":
                        shutil.rmtree(cache, ignore_errors=True)
                    wall, rss = timed(f"{bench.memline} {command} {trace}", done=(0, 1))  # 1: no function has a name
                    if wall is None:
                        raise SystemExit(f"memline {command} failed on {trace}")
                    seconds[f"{command} {heat}"].append(wall)
                    mib["memline"] = max(mib["memline"], rss)
            total = 0.0
            for step in (f"{peers.HEAPTRACK}/libexec/heaptrack_interpret < {raw} > {theirs}/interpreted",
                         f"heaptrack_print -f {theirs}/interpreted"):
                wall, rss = timed(step)
                if wall is None:  # it fails on some of its own traces
                    total = None
                    break
                total, mib["ht"] = total + wall, max(mib["ht"], rss)
            if total is not None:
                seconds["ht"].append(total)
        ours_text = " | ".join("%.3f" % statistics.median(seconds[k]) for k in ("top cold", "top warm", "report cold", "report warm"))
        if seconds["ht"]:
            theirs_s = statistics.median(seconds["ht"])
            theirs_text = f"{theirs_s:.3f} | {mib['ht']:.0f} | {theirs_s / statistics.median(seconds['report cold']):.1f}"
        else:
            theirs_text = "fails | - | -"
        print(f"| {w.name} | {events} | {ours_text} | {mib['memline']:.0f} | {theirs_text} |", flush=True)


if __name__ == "__main__":
    main()
