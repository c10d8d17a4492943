#!/usr/bin/env python3
"""hazard_test.py --list | --repeated | --readme | CASE... | --again CASE...: runs programs that are hard on a profiler without one and with memline, and compares: standard output, standard
error, exit status, and what the trace holds with what the program's source says. A case that this machine cannot run is skipped (exit 77). --again
does so as often as the case says: what depends on how threads meet shows in one run of many."""

import os
import shutil
import sys
import tempfile

import bounded
from case import fill
from cases import CASES
from cases_outside import CASES as OUTSIDE
from profilers import Memline, MemlineRun

ALL = [*CASES, *OUTSIDE]
SKIPPED = 77


def missing(case):
    """What a case needs and this machine has not."""
    for need in case.needs:
        if callable(need):
            why = need()
            if why:
                return why
        elif not (os.path.exists(need) if need.startswith("/") else shutil.which(need)):
            return f"no {need} here"
    first = fill(case.command[0], "", "")
    buildable = first.startswith("/") and "{dir}" not in case.command[0]
    return None if not buildable or os.path.exists(first) else f"{os.path.basename(first)} was not built here"


def run_plain(case, folder, preload):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("LD_PRELOAD", "MEMLINE"))}
    env.update({key: fill(value, folder, preload) for key, value in case.env.items()})
    others = [fill(one, folder, preload) for one in case.preloads if one != "{preload}"]
    if others:
        env["LD_PRELOAD"] = ":".join(others)
    return bounded.run([fill(word, folder, preload) for word in case.command], folder, env, case.seconds, case.closed_stdio, case.keep_group)


def run_profiled(case, profiler, folder):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("LD_PRELOAD", "MEMLINE_"))}
    env.update({key: fill(value, folder, profiler.preloads()) for key, value in case.env.items()})
    if case.own_preload:
        env["HAZARD_PRELOAD"] = profiler.preloads()
    preloads = [fill(one, folder, profiler.preloads()) for one in case.preloads]
    command, env = profiler.start([fill(word, folder, profiler.preloads()) for word in case.command], env, folder, preloads)
    outside = None if case.outside is None else lambda process: case.outside(process, folder)
    return bounded.run(command, folder, env, case.seconds, case.closed_stdio, case.keep_group, outside,
                       60 if profiler.name == "heaptrack" else 0)


def compare_runs(case, plain, done, profiler):
    """What the profiler changed for the program; the folders of the two runs have names of the same length."""
    if done.hung:
        return ["hang"]
    failures = []
    if done.status != plain.status and not case.status_lost:
        failures.append(f"status {done.status}, without profiler {plain.status}")
    stderr, _ = profiler.own_lines(done.stderr)
    if not case.status_only and done.stdout != plain.stdout:
        failures.append(f"standard output {done.stdout[-300:]!r}, without profiler {plain.stdout[-300:]!r}")
    if not case.quiet and not case.status_only and stderr != plain.stderr:
        failures.append(f"standard error {stderr[-500:]!r}, without profiler {plain.stderr[-300:]!r}")
    return failures


def compare_trace(case, profiler, folder):
    trace, children = profiler.traces(folder, case.trace)
    if case.nothing:
        found = profiler.read(trace) if trace else None
        surprise = found is not None and found.events > 0 and profiler.name != "heaptrack"
        return [f"{found.events} allocations where nothing can be recorded"] if surprise else []
    if trace is None:
        return ["no trace"]
    found = profiler.read(trace, case.inside, case.sizes)
    failures = []
    for size, count in case.blocks.items():
        if found.sizes[size] != count:
            failures.append(f"{found.sizes[size]} of {count} blocks of {size} bytes")
    for size, count in case.live.items():
        if found.live.get(size, 0) != count:
            failures.append(f"{found.live.get(size, 0)} blocks of {size} bytes at the end, not {count}")
    for function, count in case.inside.items():
        if (found.inside[function] < count) if count else found.inside[function]:
            failures.append(f"{found.inside[function]} allocations inside {function}, not {count}")
    if case.short == "no" and found.short:
        failures.append(f"{found.short} short stacks")
    if case.short == "yes" and not found.short:
        failures.append("no stack is marked as short")
    if case.unknown_frees is not None and found.unknown_frees != case.unknown_frees:
        failures.append(f"{found.unknown_frees} releases of unknown blocks, not {case.unknown_frees}")
    if case.complete and not found.complete:
        failures.append(f"not complete: {found.notes}")
    if not case.complete and found.complete:
        failures.append("nothing says that the trace is not complete")
    if found.events + found.lost < case.at_least:
        failures.append(f"{found.events} allocations and {found.lost} lost, of at least {case.at_least}")
    if case.ending and found.ending != case.ending:
        failures.append(f"ended by {found.ending}, not {case.ending}")
    if case.examine is not None:
        failures += case.examine(profiler, trace)
    if case.children:
        sizes = {}
        for child in children:
            for size, count in profiler.sizes_in(child).items():
                sizes[size] = sizes.get(size, 0) + count
        failures += [f"{sizes.get(size, 0)} of {count} blocks of {size} bytes in the children" for size, count in case.children.items()
                     if sizes.get(size, 0) != count]
    return failures


def run_case(case, profiler, scratch):
    """What is wrong with the case under this profiler."""
    folders = [os.path.join(scratch, one) for one in ("plain", "proof")]
    for folder in folders:
        os.mkdir(folder)
        if case.prepare is not None:
            case.prepare(folder)
    try:
        return compare(case, profiler, folders)
    finally:
        for folder in folders:
            if case.finish is not None:
                case.finish(folder)


def compare(case, profiler, folders):
    plain = run_plain(case, folders[0], profiler.preloads())
    if plain.hung:
        return ["hangs without a profiler"]
    if case.status is not None and plain.status != case.status:
        return [f"ends with {plain.status} without a profiler: {plain.stderr[-300:]!r}"]
    if case.check is not None:
        case.check(folders[0])
    done = run_profiled(case, profiler, folders[1])
    if profiler.name == "heaptrack":
        done.stdout = profiler.program_output(done.stdout)
        done.status = 128 - done.status if done.status > 128 else done.status  # the script's shell has it so
    done.stdout, done.stderr = (text.replace(folders[1].encode(), folders[0].encode()) for text in (done.stdout, done.stderr))
    failures = compare_runs(case, plain, done, profiler)
    if case.check is not None:
        failures += case.check(folders[1])
    said = profiler.own_lines(done.stderr)[1]
    wanted = case.run_says or case.says if profiler.name == "memline run" else case.says
    if wanted and wanted not in said:
        failures.append(f"says {said!r}, not {wanted!r}")
    if profiler.name != "heaptrack" and len([line for line in said.splitlines() if line.startswith("memline")]) > 2:
        failures.append(f"says too much: {said!r}")
    return failures if done.hung else failures + compare_trace(case, profiler, folders[1])


def for_peer(case):
    """Leaves of a case what any profiler can be asked for."""
    case.says = case.run_says = case.ending = ""
    case.children, case.live, case.at_least, case.examine, case.unknown_frees, case.complete = {}, {}, 0, None, None, True
    case.short = "yes" if case.short == "yes" and not case.execs else "may"
    if case.execs:
        case.blocks = {}
    case.quiet = True
    case.seconds = 20


def main(names):
    if names == ["--list"]:
        print("\n".join(case.name for case in ALL))
        return 0
    if names == ["--readme"]:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md"), encoding="utf-8") as file:
            text = file.read()
        absent = sorted({case.row for case in ALL if f"| {case.row} |" not in text})
        print(*(f"README.md has no row '{row}'" for row in absent), sep="\n")
        return 1 if absent else 0
    if names == ["--repeated"]:
        print("\n".join(case.name for case in ALL if case.repeat > 1))
        return 0
    again = names[:1] == ["--again"]
    names = names[1:] if again else names
    cases = [case for case in ALL if case.name in names] if names else ALL
    if len(cases) < len(names):
        print(f"unknown case among {names}", file=sys.stderr)
        return 2
    failed, skipped = 0, 0
    for case in cases:
        why = missing(case)
        if why:
            print(f"skipped: {case.name}: {why}")
            skipped += 1
            continue
        for profiler in [Memline()] * case.repeat if again else [Memline()] * case.alone + [MemlineRun()] * case.run:
            scratch = tempfile.mkdtemp(prefix="memline-hazard-")
            try:
                failures = run_case(case, profiler, scratch)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            for failure in failures:
                print(f"{case.name}, {profiler.name}: {failure}")
            failed += bool(failures)
    return 1 if failed else SKIPPED if skipped == len(cases) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
