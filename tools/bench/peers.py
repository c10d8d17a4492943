"""The peers: how a command is run unprofiled, under memline, and under heaptrack."""
import argparse
import dataclasses
import glob
import json
import os
import re
import shutil
import subprocess


@dataclasses.dataclass
class Run:
    """One measured run. Times in seconds."""
    wall: float
    cpu: float
    helpers_cpu: float
    max_rss_kib: int
    status: int
    hot: float = 0.0
    events: int = 0
    trace_bytes: int = 0


def arguments(about):
    """The parser of a script that measures, with what run.sh gives to each of them."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=os.path.abspath, help="where build.sh put the workloads")
    parser.add_argument("--memline", required=True, type=os.path.abspath, help="memline's build folder")
    parser.add_argument("--scratch", required=True, type=os.path.abspath, help="a folder on a disk, for traces")
    parser.add_argument("--reps", type=int, default=5)
    return parser


HEAPTRACK = os.environ.get("HEAPTRACK_LIB", "/usr/lib/heaptrack")


class Bench:
    def __init__(self, build, scratch, memline_dir):
        os.makedirs(scratch, exist_ok=True)
        self.meter = os.path.join(build, "meter")
        self.scratch = scratch
        self.preload = os.path.join(memline_dir, "preload", "libmemline.so")
        self.memline = os.path.join(memline_dir, "analyzer", "memline")

    def metered(self, log, cpus, env, argv):
        return [self.meter, log, cpus] + [f"{k}={v}" for k, v in env.items()] + ["--"] + argv

    def run(self, peer, workload, keep=None):
        """Runs `workload` under `peer` (plain, memline, memline-run, ht-file, ht) once. `keep`: where the trace goes."""
        out = keep or os.path.join(self.scratch, "out")
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(out)
        os.sync()  # no write-back of the last run's trace during this one
        env, argv, helpers = dict(workload.env), list(workload.argv), []
        helper_cpus = "1" if workload.cpus == "0" else workload.cpus
        if peer == "memline":
            env |= {"LD_PRELOAD": self.preload, "MEMLINE_OUT": out + "/trace.bin"}
        elif peer == "memline-run":
            argv = [self.memline, "run", "-o", out + "/trace.bin", "--"] + argv
        elif peer == "ht-file":
            env |= {"LD_PRELOAD": HEAPTRACK + "/libheaptrack_preload.so", "DUMP_HEAPTRACK_OUTPUT": out + "/raw"}
        elif peer == "ht":
            env |= {"LD_PRELOAD": HEAPTRACK + "/libheaptrack_preload.so", "DUMP_HEAPTRACK_OUTPUT": out + "/fifo"}
            helpers = self.heaptrack_helpers(out, helper_cpus)
        with open(out + "/err", "wb") as err:
            subprocess.run(self.metered(out + "/meter", workload.cpus, env, argv), stdout=subprocess.DEVNULL,
                           stderr=err, timeout=120)
        for helper in helpers:
            helper.wait()
        return self.collect(out)

    def heaptrack_helpers(self, out, cpus):
        """What the heaptrack script starts, with the helpers on the other processor. The interpreter of 1.4.0 can grow
        without bound, hence the limit."""
        os.mkfifo(out + "/fifo")
        interpret = self.metered(out + "/helper.interpret", cpus, {}, [HEAPTRACK + "/libexec/heaptrack_interpret"])
        compress = self.metered(out + "/helper.zstd", cpus, {}, ["zstd", "-q", "-c"])
        read_end, write_end = os.pipe()
        first = subprocess.Popen(["sh", "-c", f'ulimit -v 6000000; exec "$@" < {out}/fifo', "sh"] + interpret,
                                 stdout=write_end, stderr=subprocess.DEVNULL)
        second = subprocess.Popen(["sh", "-c", f'exec "$@" > {out}/data.zst', "sh"] + compress, stdin=read_end)
        os.close(read_end)
        os.close(write_end)
        return [first, second]

    @staticmethod
    def meter_line(path):
        with open(path) as f:
            return json.loads(f.read().splitlines()[-1])

    @staticmethod
    def collect(out):
        m = Bench.meter_line(out + "/meter")
        helper_cpu = sum(h["user"] + h["sys"] for h in map(Bench.meter_line, glob.glob(out + "/helper.*")))
        run = Run(m["wall"], m["user"] + m["sys"], helper_cpu, m["maxrss_kb"], m["status"])
        with open(out + "/err", errors="replace") as f:
            bench = re.search(r"BENCH (\{.*\})", f.read())
        if bench:
            line = json.loads(bench.group(1))
            run.hot, run.events = line["hot_ns"] * 1e-9, line["events"]
        traces = glob.glob(out + "/trace.bin*") + glob.glob(out + "/raw") + glob.glob(out + "/data.zst")
        run.trace_bytes = sum(os.stat(t).st_blocks * 512 if t.endswith(".bin") else os.path.getsize(t) for t in traces)
        return run

    def events_of(self, trace):
        """Allocations plus frees of a trace, a realloc being one of each."""
        shown = subprocess.run([self.memline, "summary", "--format", "json", trace], capture_output=True, text=True)
        s = json.loads(shown.stdout)
        return (s["allocations"] + s["frees"] + 2 * s["reallocations"])
