#!/usr/bin/env python3
"""results.py RESULTS.md SECTION FILE COMMAND: puts FILE's text under the heading SECTION, replacing what stood there."""
import datetime
import os
import platform
import re
import sys

INTRO = """# What memline costs, measured

Each section was written by the command that it names. Peers: `ht-file` is heaptrack's preload alone, writing its raw
text to a file (stacks on malloc only, no times); `ht` is heaptrack's default (interpreter and zstd beside the program).
`memline` is the preload alone: stacks on malloc and on free, threads, the trace in a file; `memline-run` is `memline run`, which packs the
trace once the program has ended.
"""


def processor():
    with open("/proc/cpuinfo") as f:
        model = re.search(r"model name\s*: (.*)", f.read())
    return model.group(1) if model else platform.machine()


def main():
    target, section, source, command = sys.argv[1:]
    text = open(target).read() if os.path.exists(target) else INTRO
    parts = re.split(r"(?m)^(?=## )", text)
    with open(source) as f:
        body = f.read().strip()
    new = (f"## {section}\n\n`{command}`, {datetime.date.today()}, {processor()}, {os.cpu_count()} processors, "
           f"Linux {platform.release()}\n\n{body}\n\n")
    for i, part in enumerate(parts):
        if part.startswith(f"## {section}\n"):
            parts[i] = new
            break
    else:
        parts[-1] = parts[-1].rstrip() + "\n\n"
        parts.append(new)
    with open(target, "w") as f:
        f.write("".join(parts).rstrip() + "\n")


if __name__ == "__main__":
    main()
