"""The profilers that the cases are run under: how each is started, and what its trace holds."""

import collections
import glob
import json
import os
import re
import shutil
import subprocess

# Each report reads debug information anew, and leaves nothing in the home folder.
os.environ.setdefault("MEMLINE_CACHE", "none")


class Found:
    """What one trace holds: allocations by size, and by function and size of whoever asked for them."""

    def __init__(self):
        self.sizes = collections.Counter()
        self.inside = collections.Counter()
        self.live = {}
        self.short = 0  # events whose stack is marked as short
        self.events = 0
        self.lost = 0
        self.unknown_frees = 0
        self.complete = True
        self.notes = ""
        self.images = 0
        self.ending = ""


class Memline:
    """libmemline.so alone."""
    name = "memline"

    def __init__(self):
        self.memline, self.preload = os.environ["MEMLINE"], os.environ["MEMLINE_PRELOAD"]

    def preloads(self):
        return self.preload

    def start(self, command, env, folder, preloads=()):
        environment = dict({"MEMLINE_OUT": os.path.join(folder, "trace.bin")}, **env)
        if "HAZARD_PRELOAD" not in env:
            environment["LD_PRELOAD"] = ":".join(preloads) if preloads else self.preload
        return command, environment

    def own_lines(self, stderr):
        """(what the program wrote, what we wrote)."""
        lines = stderr.splitlines(keepends=True)
        ours = [line for line in lines if line.startswith(b"memline: ") or b"libmemline.so" in line]
        return b"".join(line for line in lines if line not in ours), b"".join(ours).decode(errors="replace")

    def traces(self, folder, name="trace.bin"):
        """(of the program, of its children)."""
        main = os.path.join(folder, name)
        return main if os.path.exists(main) else None, sorted(glob.glob(glob.escape(main) + ".*"))

    def ask(self, *arguments):
        return subprocess.run([self.memline, *arguments], capture_output=True, timeout=120, check=False)

    def sizes_in(self, trace):
        """Allocations by size."""
        sizes = collections.Counter()
        pattern = re.compile(rb" Acquire(?:Usable)? .* size=(\d+) ")
        with subprocess.Popen([self.memline, "dump", trace], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as dump:
            for line in dump.stdout:
                match = pattern.search(line)
                if match:
                    sizes[int(match.group(1))] += 1
        return sizes

    def read(self, trace, functions=(), sizes=True):
        found = Found()
        done = self.ask("summary", "--format", "json", trace)
        summary = json.loads(done.stdout or b"{}")
        if not summary:
            found.complete = b"no memory event" in done.stderr
            return found
        found.ending = summary["program"]["exit"]["kind"]
        losses = summary["losses"]
        found.short, found.lost, found.complete = losses["short_stacks"], losses["events"], losses["complete"]
        found.unknown_frees, found.images = losses["unknown_frees"], summary["program"]["images"]
        found.notes = "\n".join(losses["notes"] + summary.get("notes", []))
        found.events = summary["allocations"]
        if sizes:
            found.sizes = self.sizes_in(trace)
        heap = json.loads(self.ask("heap", "--at", "end", "--by", "size", "--format", "json", trace).stdout or b"{}")
        for row in heap.get("rows", []):
            if row["count"]:
                found.live[row["bytes"] // row["count"]] = row["count"]
        for function in functions:
            report = self.ask("report", trace, "--func", function, "--format", "json").stdout
            found.inside[function] = sum(one["allocations"] for one in json.loads(report or b'{"functions":[]}')["functions"])
        return found


class MemlineRun(Memline):
    """The program started by `memline run`."""
    name = "memline run"

    def start(self, command, env, folder, preloads=()):
        out = env.get("MEMLINE_OUT", os.path.join(folder, "trace.bin"))
        return [self.memline, "run", "-o", out, "--", *command], dict(
            env, **({"LD_PRELOAD": ":".join(one for one in preloads if one != self.preload)} if preloads else {}))


class Heaptrack:
    """The heaptrack script with its interpreter, as its users start it."""
    name = "heaptrack"
    library = os.environ.get("HEAPTRACK_LIB", "/usr/lib/heaptrack")

    def preloads(self):
        return os.path.join(self.library, "libheaptrack_preload.so")

    def start(self, command, env, folder, preloads=()):
        environment = dict(env)
        others = [one for one in preloads if one != self.preloads()]
        if others:
            environment["LD_PRELOAD"] = ":".join(others)
        out = os.path.join(os.path.dirname(env.get("MEMLINE_OUT", os.path.join(folder, "trace.bin"))), "trace")
        return ["heaptrack", "-o", out, *command], environment

    def own_lines(self, stderr):
        lines = stderr.splitlines(keepends=True)
        ours = [line for line in lines if line.startswith((b"heaptrack", b"/usr/bin/heaptrack", b"reading file", b"Parsing"))]
        return b"".join(line for line in lines if line not in ours), b"".join(ours).decode(errors="replace")

    def program_output(self, stdout):
        """The script talks on standard output: what stands between its first and its last words is the program's."""
        return stdout.split(b"this might take some time...\n", 1)[-1].split(b"Heaptrack finished! Now run", 1)[0]

    def traces(self, folder, name=""):
        del name
        found = glob.glob(os.path.join(folder, "trace*.zst")) + glob.glob(os.path.join(folder, "disk", "trace*.zst"))
        return found[0] if found else None, []

    def read(self, trace, functions=(), sizes=True):
        del sizes
        found = Found()
        text = subprocess.run([shutil.which("zstdcat") or "zstdcat", trace], capture_output=True, check=False).stdout
        strings, frames, traces, infos = [b""], [[]], [(0, 0)], []
        for line in text.splitlines():
            kind, rest = line[:2], line[2:].split()
            if kind == b"s ":
                # The string is preceded by its length from format version 3 on.
                strings.append(line[2:].split(b" ", 1)[-1])
            elif kind == b"i ":
                numbers = [int(word, 16) for word in rest]
                frames.append([strings[n] for n in numbers[2:] if n < len(strings)])
            elif kind == b"t ":
                traces.append((int(rest[0], 16), int(rest[1], 16)))
            elif kind == b"a ":
                infos.append((int(rest[0], 16), int(rest[1], 16)))
            elif kind == b"+ ":
                size, at = infos[int(rest[0], 16)] if int(rest[0], 16) < len(infos) else (0, 0)
                found.sizes[size] += 1
                found.events += 1
                names = set()
                while 0 < at < len(traces):
                    ip, at = traces[at]
                    names.update(frames[ip] if ip < len(frames) else ())
                for function in functions:
                    found.inside[function] += any(function.encode() in name for name in names)
        return found
