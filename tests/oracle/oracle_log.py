"""Reads the log of liboracle.so (the format stands in oracle_preload.c) and names its frames by addr2line.

GNU addr2line 2.40 cannot do everything here: of an inlined function without a linkage name (one in an anonymous
namespace) it gives the name of the function around it, of clang's DWARF 5 it loses inlined frames, and split DWARF it
does not read. So LLVM's is taken where it is installed, and GNU's for the rest and where it is asked for.
"""

import bisect
import glob
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from expectations import plain_name  # noqa: E402

# What one source frame is. `line` is 0 if unknown, `declared` that of the function and `home` its file, without
# the folders, which units of one program spell in several ways; `module` is the path
# of its object, `code` the symbol whose machine code it is part of, as the linker spells it.
Frame = namedtuple("Frame", "function file line module symbol declared code home")
# An event's own fields are in `values`, in the order of the log.
Event = namedtuple("Event", "kind thread values stack")


class Log:
    def __init__(self, path):
        self.modules, self.stacks, self.events = {}, {0: ()}, []
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            for text in file:
                words = text.split()
                if words[0] == "M":
                    self.modules[int(words[1])] = text.split(" ", 3)[3].rstrip("\n")
                elif words[0] == "S":
                    self.stacks[int(words[1])] = tuple(words[2:])
                else:
                    self.events.append(_event(words))
        self.modules[-1] = ""

    def physical_frames(self):
        return sorted({frame for stack in self.stacks.values() for frame in stack})


def _event(words):
    """Addresses are hexadecimal; which fields are depends on the kind."""
    hexadecimal = {"s": (0,), "e": (0,), "t": (0,), "d": (0,), "P": (), "B": (0, 1), "A": (0, 1), "X": (0, 1, 2), "F": (0, 1),
                   "Z": (0,), "D": (0,), "a": (0,), "f": (0,), "r": (0, 1), "m": (0,), "u": (0,), "R": (0, 2), "p": (0,), "b": (0, 1)}
    if words[0] == "s":
        name = "" if words[3] == "-" else bytes.fromhex(words[3]).decode(errors="replace")
        return Event("s", int(words[1]), (int(words[2], 16), name), int(words[-1]))
    values = tuple(int(word, 16 if index in hexadecimal[words[0]] else 10) for index, word in enumerate(words[2:-1]))
    return Event(words[0], int(words[1]), values, int(words[-1]))


def find_addr2line():
    installed = sorted(glob.glob("/usr/lib/llvm-*/bin/llvm-addr2line"))
    return shutil.which("llvm-addr2line") or (installed[-1] if installed else "addr2line")


UNKNOWN = ("??", "??", 0, 0, "")
RUST_ESCAPES = {"LT": "<", "GT": ">", "RF": "&", "BP": "*", "LP": "(", "RP": ")", "SP": "@", "C": ","}


def rust_name(name):
    """LLVM reads a name of Rust's older mangling as one of C++: with its hash, and with escapes for what C++ has no letter for."""
    plain = re.sub(r"::h[0-9a-f]{16}$", "", name)
    if plain == name:
        return name
    plain = re.sub(r"(^|::)_(?=\$)", r"\1", plain).replace("..", "::")
    return re.sub(r"\$(?:u([0-9a-f]+)|(\w+))\$",
                  lambda found: chr(int(found[1], 16)) if found[1] else RUST_ESCAPES.get(found[2], found[0]), plain)


def fortran_name(name):
    """gfortran's symbol of a procedure in a module, which is no mangled name to any tool."""
    return re.sub(r"^__(\w+?)_MOD_(\w+)$", r"\1::\2", name)


def ask_addr2line(program, module, offsets):
    """{offset: [(function, file, line, line and file of the declaration)...]}, innermost first. GNU's knows no declarations."""
    if not os.path.isfile(module):
        return {offset: [UNKNOWN] for offset in offsets}
    is_llvm = "llvm" in os.path.basename(program)
    answer = subprocess.run([program, "-a", "-i", "-f", "-C", "-e", module] + ["--verbose"] * is_llvm, text=True,
                            errors="surrogateescape", input="".join(f"{offset:#x}\n" for offset in offsets), capture_output=True, check=True)
    found, current = {}, None
    lines = iter(answer.stdout.splitlines())
    for text in lines:
        if re.fullmatch(r"0x[0-9a-f]+", text):
            current = found.setdefault(int(text, 16), [])
            continue
        if not text:
            continue
        if is_llvm:
            if not text.startswith("  "):
                current.append((fortran_name(rust_name(text)), *UNKNOWN[1:]))
                continue
            function, file, line, declared, home = current.pop()
            field, _, value = text.strip().partition(": ")
            file = value if field == "Filename" else file
            home = value if field == "Function start filename" else home
            line = int(value) if field == "Line" else line
            declared = int(value) if field == "Function start line" else declared
            current.append((function, file, line, declared, home))
            continue
        file, _, line = re.sub(r" \(discriminator \d+\)$", "", next(lines)).rpartition(":")
        current.append((re.sub(r"^\(inlined by\) ", "", text), file, int(line) if line.isdigit() else 0, *UNKNOWN[3:]))
    return found


def debug_file(module):
    """Where Debian puts what was stripped from a file."""
    notes = subprocess.run(["readelf", "-n", module], capture_output=True, text=True, errors="surrogateescape", check=False)
    identity = re.search(r"Build ID: ([0-9a-f]{2})([0-9a-f]+)", notes.stdout)
    return f"/usr/lib/debug/.build-id/{identity[1]}/{identity[2]}.debug" if identity else ""


def code_symbols(module):
    """The local ones too, not demangled."""
    return read_symbols(module) or read_symbols(debug_file(module))


def dynamic_symbols(module):
    return read_symbols(module, "-D", "-C")


def read_symbols(module, *options):
    answer = subprocess.run(["nm", "-S", "--defined-only", *options, module], capture_output=True, text=True,
                            errors="surrogateescape", check=False)
    symbols = []
    for text in answer.stdout.splitlines():
        match = re.match(r"([0-9a-f]+) ([0-9a-f]+) [TtWwVvuiI] (.*)", text)
        if match:
            symbols.append((int(match[1], 16), int(match[2], 16), re.sub(r"@.*", "", match[3])))
    return sorted(symbols)


def symbol_at(symbols, offset):
    """The first of the names of what begins closest below and reaches over the offset."""
    index = bisect.bisect_right(symbols, (offset, float("inf"), ""))
    for begin, size, _ in reversed(symbols[max(0, index - 20):index]):
        if offset < begin + max(size, 1):
            return symbols[bisect.bisect_left(symbols, (begin, 0, ""))][2]
    return None


def aliases(module):
    """{plain name: the name symbol_at gives} of functions that have several names."""
    first, result = {}, {}
    for begin, _, name in dynamic_symbols(module):
        result[plain_name(name)] = plain_name(first.setdefault(begin, name))
    for begin, _, name in code_symbols(module):  # debug information has the local ones
        if begin in first:
            result.setdefault(name, plain_name(first[begin]))
    return result


def name_frames(log, program=None):
    """{"module:offset": [Frame...]}, innermost first, at least one each."""
    program, wanted = program or find_addr2line(), {}
    for text in log.physical_frames():
        module, offset = text.rstrip("!").split(":")
        lookup = int(offset, 16) - (0 if text.endswith("!") else 1)
        # a module has a new number after every dlclose, and is still the same file
        wanted.setdefault(log.modules[int(module)], []).append((text, lookup))
    named, homes = {}, {}
    for path, frames in wanted.items():
        answers = ask_addr2line(program, path, sorted({lookup for _, lookup in frames}))
        symbols, codes = (dynamic_symbols(path), code_symbols(path)) if path else ([], [])
        for text, lookup in frames:
            named[text] = []
            code = symbol_at(codes, lookup) or ""
            chain = answers.get(lookup) or [UNKNOWN]
            for depth, (function, file, line, declared, home) in enumerate(chain):
                known = file != "??" and line > 0
                symbol = function if function != "??" else symbol_at(symbols, lookup)
                # Where it is not told which file a function is declared in, that of the first line of it that was met stands for it.
                home = home or homes.setdefault((path, function, declared), file)
                # f.part.0 may have f inlined again: only the outermost is the part.
                of_frame = code if depth + 1 == len(chain) else re.sub(r"\.part\.\d+", "", code)
                named[text].append(Frame(function if function != "??" else None, os.path.normpath(file) if known else None,
                                         line if known else 0, path, symbol, declared, of_frame,
                                         os.path.basename(home) or None))
    return named
