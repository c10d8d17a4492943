"""Every number of the report, by a short and literal reading of what the columns mean. Speed is no concern here."""

import functools
import os
import re
import sys
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from expectations import plain_name  # noqa: E402

COUNTS = ("allocated", "freed", "allocations", "frees", "reallocations", "mappings", "unmappings")
PAGE = 4096
SYSTEM_LIBRARIES = ("/lib/", "/lib32/", "/lib64/", "/libx32/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/local/lib/")
NOT_OWN = re.compile(r"^/usr/include/|^/usr/local/include/|/c\+\+/|^/usr/lib/(gcc|llvm)[^ ]*/include/|^/rustc/"
                     r"|/\.?cargo/registry/|/_deps/[^/]*-src/|/vcpkg/|/vcpkg_installed/|/\.conan2?/")
PROFILERS = ("libmemline.so", "liboracle.so")
START_UP = {"_start", "_init", "_fini", "call_init", "__libc_csu_init", "__libc_start_main", "frame_dummy"}


class Change:
    """What one event did: bytes in and out, and the counters it moves."""

    def __init__(self, acquired=0, released=0, **counts):
        self.acquired, self.released, self.counts = acquired, released, counts


class Memory:
    """Blocks and pages with their owners. An owner is the stack that acquired them."""

    def __init__(self):
        self.blocks, self.pages, self.owned = {}, {}, defaultdict(int)
        self.live, self.unknown_frees, self.last_allocation = 0, 0, {}
        self.temporary = []  # (stack, bytes) of each temporary allocation

    def apply(self, event):
        """The event's Change, or None if it is no event in the sense of the report."""
        previous = self.last_allocation.pop(event.thread, None)
        change = getattr(self, "_" + event.kind)(event, previous)
        if change is not None:
            self.live += change.acquired - change.released
        return change

    def _own(self, stack, amount):
        self.owned[stack] += amount

    def _drop_block(self, address):
        size, owner = self.blocks.pop(address)
        self._own(owner, -size)
        return size

    def _add_block(self, address, size, stack):
        self.blocks[address] = (size, stack)
        self._own(stack, size)

    def _a(self, event, _):
        address, size = event.values
        self._add_block(address, size, event.stack)
        self.last_allocation[event.thread] = address
        return Change(size, 0, allocations=1)

    def _f(self, event, previous):
        address = event.values[0]
        if address not in self.blocks:
            self.unknown_frees += 1
            return None
        return Change(0, self._release(address, previous), frees=1)

    def _release(self, address, previous):
        owner = self.blocks[address][1]
        size = self._drop_block(address)
        if previous == address:
            self.temporary.append((owner, size))
        return size

    def _r(self, event, previous):
        old, address, size = event.values
        released = self._release(old, previous) if old in self.blocks else 0
        self._add_block(address, size, event.stack)
        self.last_allocation[event.thread] = address
        return Change(size, released, reallocations=1)

    # A page is ("live", owner), ("reserved", None) or ("ledger", None).
    def _take_pages(self, address, length):
        released, any_page = 0, False
        for page in range(address // PAGE, (address + length + PAGE - 1) // PAGE):
            state, owner = self.pages.pop(page, (None, None))
            any_page = any_page or state is not None
            if state == "live":
                self._own(owner, -PAGE)
                released += PAGE
        return released, any_page

    def _put_pages(self, address, length, state, stack):
        acquired = 0
        for page in range(address // PAGE, (address + length + PAGE - 1) // PAGE):
            self.pages[page] = (state, stack)
            if state == "live":
                self._own(stack, PAGE)
                acquired += PAGE
        return acquired

    def _m(self, event, _):
        address, length, protection, flags = event.values
        released, _ = self._take_pages(address, length)
        anonymous_private = flags & 0x20 and flags & 0x02
        state = "ledger" if not anonymous_private else "live" if protection != 0 else "reserved"
        return Change(self._put_pages(address, length, state, event.stack), released, mappings=1)

    def _u(self, event, _):
        released, any_page = self._take_pages(*event.values)
        return Change(0, released, unmappings=1) if any_page else None

    def _p(self, event, _):
        address, length, protection = event.values
        acquired = 0
        for page in range(address // PAGE, (address + length + PAGE - 1) // PAGE):
            if protection != 0 and self.pages.get(page, (None,))[0] == "reserved":
                self.pages[page] = ("live", event.stack)
                self._own(event.stack, PAGE)
                acquired += PAGE
        return Change(acquired, 0, mappings=1) if acquired else None

    def _R(self, event, _):
        old, old_length, address, length, flags = event.values
        state = self.pages.get(old // PAGE, ("live", None))[0]
        released, _ = self._take_pages(old, old_length)
        released += self._take_pages(address, length)[0]
        if flags & 4:
            self._put_pages(old, old_length, "reserved" if state == "live" else state, None)
        return Change(self._put_pages(address, length, state, event.stack), released, mappings=1)

    def _b(self, event, _):
        old, new = event.values
        if new > old:
            self.blocks[("break", old)] = (new - old, event.stack)
            self._own(event.stack, new - old)
            return Change(new - old, 0, mappings=1)
        released = 0
        for key in [key for key in self.blocks if isinstance(key, tuple) and key[1] >= new]:
            released += self._drop_block(key)
        return Change(0, released, unmappings=1) if released else None


def plain_function(name):
    """The function that a frame counts for: without clones' suffixes; a lambda counts for the function it is written in."""
    if name is None:
        return None
    depth = 0
    for index, char in enumerate(name):
        if depth == 0 and re.match(r"::(\{lambda|\$_\d|'lambda)", name[index:]):
            name = name[:index]
            break
        depth += (char in "<(") - (char in ">)")
    name = re.sub(r"( \[clone [^\]]*\])+$", "", name)
    return re.sub(r"(?<=[\w)])\.(_omp_fn|constprop|isra|part|cold|lto_priv|llvm)\b.*$", "", name)


# Bodies of lambdas and of OpenMP regions, where they are named without the function they are written in.
NAMELESS = re.compile(r"(operator\(\)(\(.*)?|\.omp_outlined\..*)")
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
        found = re.match(r"[A-Za-z_][^;=]*?(\w+)\(", text.replace("__attribute__((noinline))", ""))
        if found:
            return found[1]
    return None


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


class Oracle:
    """The numbers of one process. `log` and `named` come from oracle_log."""

    def __init__(self, log, named):
        self.log, self.named = log, named
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
        # Their dlclose stands between the program's frames and the loader's.
        if os.path.basename(frame.module).startswith(PROFILERS):
            return None
        if frame.function is None or CONVERSION.search(frame.function):
            return None
        if NAMELESS.fullmatch(frame.function):
            name = function_around(frame.file, frame.line)
        else:
            name = plain_function(frame.function)
        return self._full_names.get((frame.module, name), name)

    def _stands(self, physical):
        """{row: key of the run} for one stack. A row is (module, function) or (module, function, file, line)."""
        # A module has a new number after every dlclose; it is still the same caller.
        places = tuple((self.log.modules[int(text.split(":")[0])], text.split(":")[1]) for text in physical)
        rows = {}
        for index, text in enumerate(physical):
            inlined = self.named[text]
            for depth, frame in enumerate(inlined):
                function = self.function_of(frame)
                if function is None or frame.file is None and frame.module != self.executable:
                    continue
                # Going outwards, a later frame replaces an earlier one: the outermost identifies the run.
                key = hash((places[index + 1:], tuple((f.function, f.file, f.line) for f in inlined[depth + 1:])))
                rows[(frame.module, function)] = key
                rows[(frame.module, function, frame.file, frame.line)] = key
        return rows

    def _replay(self):
        self.rows, memory = defaultdict(Line), Memory()
        self.totals, standing_before = dict.fromkeys(COUNTS, 0), defaultdict(dict)
        self.sites = defaultdict(lambda: defaultdict(int))
        self.peak, peak_at = 0, None
        for number, event in enumerate(self.log.events):
            change = memory.apply(event)
            if change is None:
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
        for frame in frames:
            if self.is_own(frame):
                return frame.file, frame.line, None, None
        chosen = next((frame for frame in frames if frame.module == self.executable and frame.symbol not in START_UP), None)
        chosen = chosen or (frames[0] if frames else None)
        if chosen is None:
            return None, None, "", None
        if chosen.file is not None:
            return chosen.file, chosen.line, None, None
        return None, None, os.path.basename(chosen.module), chosen.symbol

    def own_functions(self):
        """The functions with a line of their own somewhere, as (module, function)."""
        return sorted({row[:2] for row in self.rows if len(row) == 4 and row[2] is not None and not NOT_OWN.search(row[2])
                       and (row[0] == self.executable or not row[0].startswith(SYSTEM_LIBRARIES))})

    def report(self, functions=None):
        """As `memline report --format json`, but only with the lines that have events."""
        result = []
        for module, name in functions if functions is not None else self.own_functions():
            whole = self.rows[(module, name)]
            lines = [(row[2], row[3], line) for row, line in self.rows.items() if len(row) == 4 and row[:2] == (module, name)]
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
