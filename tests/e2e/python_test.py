#!/usr/bin/env python3
"""Right lines in code that nobody here wrote: Debian's python3, with the separate debug files of python3-dbg."""

import os
import subprocess
import unittest

from e2e_test import E2eTest, main

PYTHON = "/usr/bin/python3"
SCRIPT = "kept = [bytes([i % 256]) * 1000 for i in range(5000)]; table = {str(i): i for i in range(5000)}"


def has_debug_files():
    if not os.path.exists(PYTHON):
        return False
    notes = subprocess.run(["readelf", "-n", PYTHON], capture_output=True, text=True, check=False).stdout
    for line in notes.splitlines():
        if "Build ID:" in line:
            build_id = line.split()[-1]
            return os.path.exists(f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug")
    return False


class Python(E2eTest):
    @unittest.skipUnless(has_debug_files(), "python3-dbg is not installed")
    def test_sites_inside_cpython_stand_at_their_lines(self):
        done, trace = self.memline.record([PYTHON, "-c", SCRIPT], env={"PYTHONMALLOC": "malloc"})
        self.assertEqual(done.returncode, 0, done.stderr)
        top = self.memline.json("top", trace)
        files = {}
        for site in top["sites"]:
            if site["file"] is not None:
                folder = site["file"].split("/")[-2:]
                files["/".join(folder)] = files.get("/".join(folder), 0) + site["allocated"]
        self.assertGreater(sum(size for file, size in files.items() if file.startswith("Objects/")), 5000 * 1000)
        # bytes * 1000: _PyBytes_FromSize or bytes_repeat, in Objects/bytesobject.c, which allocates 5000 x 1033 bytes.
        with_lines = sum(files.values())
        self.assertGreater(with_lines, 0.95 * top["totals"]["allocated"])
        # Whoever calls PyObject_Malloc is found below it: a wrapper of malloc is no place to look for memory, but all
        # of it is CPython's own code, so the innermost line is the allocator's; report finds the caller's line.
        report = self.memline.json("report", trace, "--func", "bytes_repeat")
        lines = [line for function in report["functions"] for line in function["lines"] if line["mem_usage"] is not None]
        self.assertGreaterEqual(sum(line["allocated"] for line in lines), 5000 * 1000)
        self.assertTrue(report["functions"][0]["file"].endswith("Objects/bytesobject.c"))


if __name__ == "__main__":
    main()
