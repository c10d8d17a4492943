"""Every number of the report, by a short and literal reading of what the columns mean. Speed is no concern here."""

import functools
import os
import re
import sys
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from expectations import plain_name  # noqa: E402
from oracle_memory import Memory  # noqa: E402

COUNTS = ("allocated", "freed", "allocations", "frees", "reallocations", "mappings", "unmappings")
SYSTEM_LIBRARIES = ("/lib/", "/lib32/", "/lib64/", "/libx32/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/local/lib/")
NOT_OWN = re.compile(r"^/usr/include/|^/usr/local/include/|/c\+\+/|^/usr/lib/(gcc|llvm)[^ ]*/include/|^/rustc/"
                     r"|/\.?cargo/registry/|/_deps/[^/]*-src/|/vcpkg/|/vcpkg_installed/|/\.conan2?/")
PROFILERS = ("libmemline.so", "liboracle.so")
START_UP = {"_start", "_init", "_fini", "call_init", "__libc_csu_init", "__libc_start_main", "frame_dummy"}


def plain_function(name):
    """The function that a frame counts for: without clones' suffixes; a lambda counts for the function it is written in."""
    if name is None:
        return None
    # The parts that gcc makes of a coroutine f(int) take its frame: "f(f(int)::_Z1fi.Frame*) (.actor)".
    name = re.sub(r"^(.+)\((\1\(.*)::_Z\w+\.Frame\*\).*$", r"\2", name)
    depth = 0
    for index, char in enumerate(name):
        if depth == 0 and re.match(r"::(\{lambda|\$_\d|'lambda|\{\{closure\}\})", name[index:]):
            name = name[:index]
            break
        depth += (char in "<(") - (char in ">)")
    name = re.sub(r"( \[clone [^\]]*\]| \(\.[\w.]+\))+$", "", name)
    return re.sub(r"(?<=[\w)])\.(_omp_fn|omp_outlined\w*|constprop|isra|part|cold|lto_priv|llvm|\d+)\b.*$", "", name)


# Bodies of lambdas, what makes and destroys closures, and bodies of OpenMP regions, where they are named without the function they
# are written in.
NAMELESS = re.compile(r"(operator\(\)(\(.*)?|~|~?<lambda>|\.omp_outlined\..*)")
# Bodies that are called, as a lambda is, at the line where they begin.
OUTLINED = re.compile(r"operator\(\)|\{\{closure\}\}|omp_outlined|_omp_fn")
# What compilers make of a lambda that becomes a function pointer: nobody wrote it, and it stands for no line.
CONVERSION = re.compile(r"(^|::)(_FUN|__invoke)(\(|$)")


@functools.lru_cache(maxsize=None)
def function_around(file, line):
    """The function whose text surrounds a line: the last line above that begins at the margin and has a parameter list.
    Good enough for the guests, which are written that way."""
    try:
        with open(file, encoding="utf-8", errors="replace") as source:
            above = source.read().splitlines()[:line]
    except (OSError, TypeError):
        return None
    for text in reversed(above):
        # What stands in angle brackets may have a parameter list too: std::function<int(int)> table() {
        plain = re.sub(r"<.*>", "", text.replace("__attribute__((noinline))", ""))
        found = re.match(r"[A-Za-z_][^;=]*?(\w+)\(", plain)
        if found:
            return found[1]
    return None


def copy_of(code):
    """How often a function's code was split off from the function, and which copy of a destructor (D0 calls D1, D1 D2) or
    constructor (C1 calls C2) it is, if any. The digit comes last but for the parameters, or is the last such one."""
    found = re.findall(r"[CD]([0-2])(?=E)", re.sub(r"\..*", "", code))
    return code.count(".part."), int(found[-1]) if found else None


def are_one_call(caller, callee, inlined):
    """Of two frames of one function: whether the first is where the compiler, not the source, calls the second."""
    if inlined and (caller.line == caller.declared or caller.line == 0):
        return True
    of_caller, of_callee = copy_of(caller.code), copy_of(callee.code)
    if inlined:
        return of_caller[1] == 0
    if of_caller[0] != of_callee[0]:
        return of_caller[0] < of_callee[0]
    return None not in (of_caller[1], of_callee[1]) and of_caller[1] < of_callee[1]


def is_marker(frame):
    return frame.function is not None and frame.function.startswith("memline_pool_")


class Run:
    def __init__(self, key):
        self.key, self.rise, self.peak, self.live = key, 0, 0, 0


class Line:
    """One row: of a line, or of a whole function."""

    def __init__(self):
        self.totals = dict.fromkeys(COUNTS, 0)
        self.increment = self.peak = self.seen = 0
        self.mem_usage = None
        self.runs = {}  # thread -> Run that goes on

    def event(self, thread, key, change, live):
        run = self.runs.get(thread)
        if run is None or run.key != key:
            self.end(thread)
            run = self.runs[thread] = Run(key)
            self.seen += 1
        run.rise += change.acquired - change.released
        run.peak, run.live = max(run.peak, run.rise), live
        self.increment += change.acquired - change.released
        self.totals["allocated"] += change.acquired
        self.totals["freed"] += change.released
        for name, count in change.counts.items():
            self.totals[name] += count
        self.peak = max(self.peak, run.peak)

    def end(self, thread):
        run = self.runs.pop(thread, None)
        if run is not None:
            self.mem_usage = run.live if self.mem_usage is None else max(self.mem_usage, run.live)

    def end_all(self):
        for thread in list(self.runs):
            self.end(thread)

    def fields(self):
        return {"mem_usage": self.mem_usage, "increment": self.increment, "peak": self.peak, "seen": self.seen, **self.totals}


class Spans:
    """Which threads are inside of spans of one name; None: of any, and outside of all."""

    def __init__(self, name):
        self.name, self.tokens, self.members = name, set(), defaultdict(list)

    def see(self, event):
        kind, token = event.kind, event.values[0] if event.values else None
        if kind == "s" and event.values[1] == self.name:
            self.tokens.add(token)
        if kind in "st" and token in self.tokens:
            self.members[event.thread].append(token)
        for thread in self.members if kind == "e" else [event.thread] if kind == "d" else []:
            if token in self.members[thread]:
                self.members[thread].remove(token)

    def inside(self, thread):
        return self.name is None or bool(self.members[thread])


class Oracle:
    """The numbers of one process, or of what happened inside its spans of one name: then only report() is meant.
    `log` and `named` come from oracle_log."""

    def __init__(self, log, named, span=None):
        self.log, self.named, self.span = log, named, span
        self.executable = log.modules.get(0, "")
        self._full_names = self._find_full_names()
        self._standing = {stack: self._stands(frames) for stack, frames in log.stacks.items()}
        self._replay()

    def _find_full_names(self):
        """addr2line gives the same function with its scope and arguments in one place (linkage name) and bare in another."""
        full = defaultdict(set)
        for frames in self.named.values():
            for frame in frames:
                name = plain_function(frame.function)
                if name is not None and name.endswith(")"):
                    full[frame.module, plain_name(name)].add(name)
        return {key: names.pop() for key, names in full.items() if len(names) == 1}

    def function_of(self, frame):
        """(name, the file it stands in where the name alone does not tell), or None."""
        # Their dlclose stands between the program's frames and the loader's.
        if os.path.basename(frame.module).startswith(PROFILERS):
            return None
        if frame.function is None or CONVERSION.search(frame.function):
            return None
        if NAMELESS.fullmatch(frame.function):
            name = function_around(frame.file, frame.line)
        else:
            name = plain_function(frame.function)
        name = self._full_names.get((frame.module, name), name)
        # A name without scope and parameters may be that of several functions: static ones of C.
        return name, (frame.home if re.fullmatch(r"\w+", name or "") else None)

    def _stands(self, physical):
        """{row: key of the run} for one stack. A row is (module, function) or (module, function, file, line), where
        the function is what function_of says."""
        # A module has a new number after every dlclose; it is still the same caller.
        places = tuple((self.log.modules[int(text.split(":")[0])], text.split(":")[1]) for text in physical)
        rows, previous, inner = {}, None, None
        for index, text in enumerate(physical):
            inlined = self.named[text]
            for depth, frame in enumerate(inlined):
                function = self.function_of(frame)
                # The line that runs is the callee's; what called it says whose run it is.
                goes_on = (previous == function is not None and not OUTLINED.search(frame.function)
                           and are_one_call(frame, inner, depth > 0))
                if goes_on:
                    frame = frame._replace(file=inner.file, line=inner.line)
                previous, inner = function, frame
                if function is None or frame.file is None and frame.module != self.executable:
                    continue
                # Going outwards, a later frame replaces an earlier one: the outermost identifies the run.
                key = hash((places[index + 1:], tuple((plain_function(f.function), f.file, f.line) for f in inlined[depth + 1:])))
                rows[(frame.module, function)] = key
                rows[(frame.module, function, frame.file, frame.line)] = key
        return rows

    def _replay(self):
        self.rows, memory = defaultdict(Line), Memory()
        self.totals, standing_before = dict.fromkeys(COUNTS, 0), defaultdict(dict)
        self.sites = defaultdict(lambda: defaultdict(int))
        self.peak, peak_at = 0, None
        spans = Spans(self.span)
        for number, event in enumerate(self.log.events):
            spans.see(event)
            change = memory.apply(event)
            if change is None or not spans.inside(event.thread):
                continue
            self.totals["allocated"] += change.acquired
            self.totals["freed"] += change.released
            for name, count in change.counts.items():
                self.totals[name] += count
            site = self.sites[self.site(event.stack)]
            site["allocated"] += change.acquired
            site["allocations"] += change.counts.get("allocations", 0)
            if memory.live > self.peak:
                self.peak, peak_at = memory.live, number
            standing = self._standing[event.stack]
            for row in standing_before[event.thread]:
                if row not in standing:
                    self.rows[row].end(event.thread)
            for row, key in standing.items():
                self.rows[row].event(event.thread, key, change, memory.live)
            standing_before[event.thread] = standing
        for row in self.rows.values():
            row.end_all()
        self._finish(memory, peak_at)

    def _finish(self, memory, peak_at):
        self.at_end, self.unknown_frees = memory.live, memory.unknown_frees
        self.leaked_blocks = sum(1 for address in memory.blocks if not isinstance(address, tuple))
        self.leaked_blocks += sum(len(pool.blocks) for pool in memory.pools.values())
        self.temporary, self.temporary_bytes = len(memory.temporary), sum(size for _, size in memory.temporary)
        for stack, size in memory.temporary:
            self.sites[self.site(stack)]["temporary"] += 1
            self.sites[self.site(stack)]["temporary_bytes"] += size
        self._charge("at_end", memory.owned)
        again = Memory()
        for event in self.log.events[:(-1 if peak_at is None else peak_at) + 1]:
            again.apply(event)
        self._charge("at_peak", again.owned)

    def _charge(self, column, owned):
        for stack, size in owned.items():
            self.sites[self.site(stack)][column] += size

    def is_own(self, frame):
        if frame.file is None or NOT_OWN.search(frame.file) or os.path.basename(frame.module).startswith(PROFILERS):
            return False
        return frame.module == self.executable or not frame.module.startswith(SYSTEM_LIBRARIES)

    def site(self, stack):
        """(file, line, None, None), or (None, None, module, symbol)."""
        frames = [frame for text in self.log.stacks[stack] for frame in self.named[text]]
        own = [frame for frame in frames if self.is_own(frame) and not is_marker(frame)]
        # What a pool reports belongs to the caller of the function that reports it.
        if frames and is_marker(frames[0]) and len(own) > 1:
            own = own[1:]
        if own:
            return own[0].file, own[0].line, None, None
        if not frames:
            return None, None, "", None
        chosen = next((frame for frame in frames if frame.module == self.executable and frame.symbol not in START_UP), None)
        if chosen is not None and chosen.file is not None:
            return chosen.file, chosen.line, None, None
        # The function that the innermost code is, whatever was inlined into it.
        chosen = chosen or self.named[self.log.stacks[stack][0]][-1]
        return None, None, os.path.basename(chosen.module), chosen.symbol

    def own_functions(self):
        """The functions with a line of their own somewhere, as (module, function)."""
        return sorted({row[:2] for row in self.rows if len(row) == 4 and row[2] is not None and not NOT_OWN.search(row[2])
                       and (row[0] == self.executable or not row[0].startswith(SYSTEM_LIBRARIES))}, key=str)

    def report(self, functions=None):
        """As `memline report --format json`, but only with the lines that have events."""
        result = []
        for module, function in functions if functions is not None else self.own_functions():
            name, whole = function[0], self.rows[(module, function)]
            lines = [(row[2], row[3], line) for row, line in self.rows.items() if len(row) == 4 and row[:2] == (module, function)]
            lines.sort(key=lambda one: (one[0] or "", one[1]))
            # The function's own file is that of most of its lines.
            files = [file for file, _, _ in lines if file is not None]
            home = max(files, key=files.count) if files else None
            result.append({"name": name, "signature": name, "file": home, **whole.fields(),
                           "lines": [{"file": None if file == home else file, "line": number or None, **line.fields()}
                                     for file, number, line in lines]})
        return {"schema": "memline.report/1", "functions": result}

    def summary(self):
        return {"schema": "memline.summary/1", "threads": len({event.thread for event in self.log.events}), **self.totals,
                "peak": self.peak, "at_end": self.at_end, "temporary": self.temporary,
                "temporary_bytes": self.temporary_bytes, "leaked_blocks": self.leaked_blocks,
                "losses": {"complete": True, "unknown_frees": self.unknown_frees}}

    def top(self):
        columns = ("allocated", "allocations", "at_peak", "at_end", "temporary", "temporary_bytes")
        sites = [{"file": key[0], "line": key[1], "module": key[2], "function": key[3],
                  **{column: values[column] for column in columns}} for key, values in self.sites.items()]
        return {"schema": "memline.top/1", "totals": self.summary(), "sites": sites}

    def heap_by_line(self):
        """Live at the peak, by site: {(file, line, module, symbol): bytes}."""
        return {key: values["at_peak"] for key, values in self.sites.items() if values["at_peak"] != 0}
