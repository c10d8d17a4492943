#!/usr/bin/env python3
"""Checks that every #include in include/, preload/ and analyzer/ follows the dependency direction.

    hooks -> capture -> include                        preload and analyzer never include each other
    main -> commands -> render, export -> views -> model -> replay, symbols -> trace -> base -> include
            commands -> sampling -> symbols

Prints file:line of every include that points the other way, and exits 1 if there is one.
"""

import re
import sys
from pathlib import Path

# A layer and the layers whose headers it may include, itself apart.
LAYERS = {
    "include": set(),
    "preload/unwinder": {"include"},
    "preload/capture": {"preload/unwinder", "include"},
    "preload/hooks": {"preload/capture", "preload/unwinder", "include"},
    "analyzer/base": {"include"},
    "analyzer/trace": {"analyzer/base", "include"},
    "analyzer/replay": {"analyzer/trace", "analyzer/base", "include"},
    "analyzer/symbols": {"analyzer/trace", "analyzer/base", "include"},
}
LAYERS["analyzer/model"] = {"analyzer/replay", "analyzer/symbols", *LAYERS["analyzer/replay"]}
LAYERS["analyzer/views"] = {"analyzer/model", *LAYERS["analyzer/model"]}
# A renderer knows no profiling: it sees what views return, and nothing behind them.
LAYERS["analyzer/render"] = {"analyzer/views", "analyzer/base", "include"}
LAYERS["analyzer/export"] = {"analyzer/model", *LAYERS["analyzer/model"]}
LAYERS["analyzer/sampling"] = {"analyzer/symbols", *LAYERS["analyzer/symbols"]}
LAYERS["analyzer/commands"] = {"analyzer/render", "analyzer/export", "analyzer/views", "analyzer/sampling",
                               *LAYERS["analyzer/views"]}
LAYERS["analyzer/main"] = {"analyzer/commands", *LAYERS["analyzer/commands"]}

# Headers of other projects, and the only layers that may include them.
FOREIGN = [
    (re.compile(r"elfutils/|libelf\.h|gelf\.h|dwarf\.h|libdw"), {"analyzer/symbols"}),
    (re.compile(r"nlohmann/"), {"analyzer/render", "analyzer/export"}),
    (re.compile(r"cairo"), {"analyzer/render"}),
    (re.compile(r"CLI/"), {"analyzer/commands", "analyzer/main"}),
    (re.compile(r"libunwind"), {"preload/unwinder", "preload/capture"}),
    (re.compile(r"fmt/"), {layer for layer in LAYERS if layer.startswith("analyzer/")}),
]

# The preload lives without libstdc++ and without a heap: these headers bring code that needs one or the other.
HEAP_HEADERS = set(
    "any chrono deque exception format fstream functional future iomanip iostream istream list locale map memory "
    "memory_resource mutex ostream queue regex set shared_mutex sstream stack stdexcept streambuf string "
    "system_error thread unordered_map unordered_set valarray vector condition_variable filesystem".split())

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCE_SUFFIXES = {".h", ".c", ".cpp", ".inc", ".S"}


def layer_of(relative):
    """The layer of a path relative to the root of the tree; None for files that belong to none."""
    parts = Path(relative).parts
    if parts[0] == "include":
        return "include"
    if parts[0] == "preload":
        if len(parts) > 2 and parts[1] == "unwinder":
            return "preload/unwinder"
        return "preload/hooks" if parts[-1].startswith("hooks_") else "preload/capture"
    if parts[0] == "analyzer":
        layer = "/".join(parts[:2]) if len(parts) > 2 else "analyzer/main"
        return layer
    return None


def resolve(root, source, name):
    """The path of one of our own headers, relative to the root; None for everybody else's."""
    for base in (source.parent, root / "include", root / "preload", root / "analyzer"):
        if base.is_relative_to(root) and (base / name).is_file():
            return (base / name).resolve().relative_to(root)
    return None


def check_include(root, source, layer, quote, name):
    """What is wrong with one include, or None."""
    target = resolve(root, source, name)
    if target is None:
        if quote == '"':
            return f'"{name}" is not a header of this project (others stand in <>)'
        for pattern, allowed in FOREIGN:
            if pattern.match(name) and layer not in allowed:
                return f"<{name}> may be included only by {', '.join(sorted(allowed))}"
        if layer.startswith("preload/") and name in HEAP_HEADERS:
            return f"<{name}> needs a heap or libstdc++, which the preload does without"
        return None
    target_layer = layer_of(target)
    if target_layer is None:
        return f"{target} belongs to no layer"
    if target_layer != layer and target_layer not in LAYERS[layer]:
        return f"{layer} may not include {target_layer} ({name})"
    return None


def check_file(root, source):
    relative = source.relative_to(root)
    layer = layer_of(relative)
    if layer not in LAYERS:
        return [f"{relative}:1: the folder {layer} has no place in the dependency direction"]
    faults = []
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        fault = match and check_include(root, source, layer, match.group(1), match.group(2))
        if fault:
            faults.append(f"{relative}:{number}: {fault}")
    return faults


def main(arguments):
    root = Path(arguments[0] if arguments else Path(__file__).parent.parent).resolve()
    sources = [path for folder in ("include", "preload", "analyzer") for path in sorted((root / folder).rglob("*"))
               if path.suffix in SOURCE_SUFFIXES]
    if not sources:
        print(f"{root}: no sources found", file=sys.stderr)
        return 1
    faults = [fault for source in sources for fault in check_file(root, source)]
    for fault in faults:
        print(fault)
    print(f"{len(sources)} files, {len(faults)} includes against the dependency direction")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
