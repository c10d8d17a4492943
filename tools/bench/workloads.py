"""The workloads: what is run, on which processors, and how its events are counted."""
import dataclasses
import os
import shlex
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass
class Workload:
    name: str
    argv: list
    cpus: str = "0"
    env: dict = dataclasses.field(default_factory=dict)
    own_clock: bool = True  # prints a BENCH line with the time and the events of its hot part


def small(build):
    def program(name, *args):
        return [os.path.join(build, name)] + [str(a) for a in args]
    return [
        Workload("churn-11", program("churn", 4, 1000000)),
        Workload("churn-23", program("churn", 16, 1000000)),
        Workload("churn-71", program("churn", 64, 500000)),
        Workload("stl", program("stl", 300000)),
        Workload("deep-1000", program("deep", 1000, 100)),
        Workload("realloc", program("realloc", 100)),
        Workload("start", program("start"), own_clock=False),
        Workload("bigarrays", program("bigarrays", 1000000, 8)),
    ]


def threads(build):
    return [Workload(f"threads-{n}", [os.path.join(build, "threads"), str(n), "1000000"], cpus="0,1")
            for n in (1, 2, 4)] + [
        Workload("spawn-22000", [os.path.join(build, "spawn"), "22000"], cpus="0,1"),
        Workload("crowd-1000", [os.path.join(build, "crowd"), "1000", "20"], cpus="0,1"),
    ]


def compiler_front_end(driver):
    """The driver's own front-end command line for a template-heavy file, so that nothing but the front end is measured."""
    shown = subprocess.run([driver, "-###", "-fsyntax-only", "-std=c++17", HERE + "/programs/templates.cpp"],
                           capture_output=True, text=True).stderr
    return shlex.split([line for line in shown.splitlines() if "cc1" in line][-1])


def control_file(path):
    """12 MB that compress well, for programs that hardly allocate."""
    if not os.path.exists(path):
        x, out = 12345, bytearray()
        while len(out) < 12_000_000:
            x = (x * 1103515245 + 12345) & 0x7FFFFFFF
            out += b"line %d of the control file, key=%x\n" % (x % 5000, x)
        with open(path, "wb") as f:
            f.write(out)
    return path


def programs(scratch):
    found = []
    if shutil.which("g++"):
        found.append(Workload("cc1plus", compiler_front_end("g++"), own_clock=False))
    if shutil.which("clang++"):
        found.append(Workload("clang", compiler_front_end("clang++"), own_clock=False))
    if shutil.which("sqlite3"):
        found.append(Workload("sqlite3", ["sqlite3", ":memory:", ".read " + HERE + "/programs/work.sql"],
                              own_clock=False))
    found.append(Workload("python3", ["/usr/bin/python3", HERE + "/programs/work.py", "60000"], own_clock=False,
                          env={"PYTHONMALLOC": "malloc", "OPENBLAS_NUM_THREADS": "1"}))
    blob = control_file(scratch + "/control")
    for name, argv in (("zstd", ["zstd", "-q", "-9", "-T1", "-c", blob]), ("xz", ["xz", "-1", "-T1", "-c", blob])):
        if shutil.which(name):
            found.append(Workload(name, argv, own_clock=False))
    return found
