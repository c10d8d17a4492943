#!/usr/bin/env python3
"""check_layers.py has to find what it is there for: each test lays out a small tree and looks at the faults."""

import tempfile
import unittest
from pathlib import Path

import check_layers


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for header in ("include/memline/env.h", "preload/session.h", "preload/hooks_malloc.h",
                       "preload/unwinder/unwinder.h", "analyzer/base/result.h", "analyzer/replay/replay.h",
                       "analyzer/symbols/symbolizer.h", "analyzer/model/model.h", "analyzer/views/table.h",
                       "analyzer/render/text.h", "analyzer/commands/command.h"):
            self.write(header, "#pragma once\n")

    def write(self, relative, text):
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def faults(self, relative, text):
        return check_layers.check_file(self.root, self.write(relative, text))

    def assert_fault(self, relative, include, fragment):
        faults = self.faults(relative, f"// one line above\n#include {include}\n")
        self.assertEqual(len(faults), 1, faults)
        self.assertTrue(faults[0].startswith(f"{relative}:2: "), faults[0])
        self.assertIn(fragment, faults[0])

    def test_takes_what_points_outwards(self):
        self.assertEqual(self.faults("analyzer/commands/report.cpp",
                                     '#include <CLI/CLI.hpp>\n#include <vector>\n#include "render/text.h"\n'
                                     '#include "model/model.h"\n#include "memline/env.h"\n'), [])
        self.assertEqual(self.faults("preload/hooks_mmap.cpp",
                                     '#include "session.h"\n#include "unwinder/unwinder.h"\n#include "memline/env.h"\n'
                                     '#include <sys/mman.h>\n'), [])
        self.assertEqual(self.faults("analyzer/symbols/elf.cpp", "#include <elfutils/libdw.h>\n"), [])

    def test_refuses_an_inner_layer_that_includes_an_outer_one(self):
        self.assert_fault("analyzer/model/a.cpp", '"views/table.h"', "analyzer/model may not include analyzer/views")
        self.assert_fault("analyzer/base/a.cpp", '"commands/command.h"', "analyzer/base may not include")
        self.assert_fault("preload/session.cpp", '"hooks_malloc.h"', "preload/capture may not include preload/hooks")

    def test_refuses_siblings_that_must_not_know_each_other(self):
        self.assert_fault("analyzer/replay/a.cpp", '"symbols/symbolizer.h"', "analyzer/replay may not include")
        self.assert_fault("analyzer/symbols/a.cpp", '"replay/replay.h"', "analyzer/symbols may not include")

    def test_refuses_preload_and_analyzer_including_each_other(self):
        self.assert_fault("preload/hooks_malloc.cpp", '"base/result.h"', "preload/hooks may not include analyzer/base")
        self.assert_fault("analyzer/trace/a.cpp", '"unwinder/unwinder.h"', "analyzer/trace may not include preload")
        self.assert_fault("include/memline/env.h", '"base/result.h"', "include may not include analyzer/base")

    def test_refuses_a_renderer_that_knows_the_model(self):
        self.assert_fault("analyzer/render/a.cpp", '"model/model.h"', "analyzer/render may not include analyzer/model")

    def test_refuses_relative_paths_around_the_rule(self):
        self.assert_fault("analyzer/base/a.cpp", '"../views/table.h"', "analyzer/base may not include analyzer/views")

    def test_refuses_libraries_in_the_wrong_folder(self):
        self.assert_fault("analyzer/model/a.cpp", "<elfutils/libdwfl.h>", "only by analyzer/symbols")
        self.assert_fault("analyzer/views/a.cpp", "<nlohmann/json.hpp>", "only by")
        self.assert_fault("analyzer/model/a.cpp", "<CLI/CLI.hpp>", "only by")
        self.assert_fault("analyzer/symbols/a.cpp", "<libunwind.h>", "only by")

    def test_refuses_libstdcxx_in_the_preload(self):
        self.assert_fault("preload/session.cpp", "<vector>", "needs a heap")

    def test_refuses_unknown_folders_and_missing_headers(self):
        self.assertIn("no place", self.faults("analyzer/misc/a.cpp", "")[0])
        self.assert_fault("analyzer/base/a.cpp", '"base/nowhere.h"', "not a header of this project")

    def test_main_fails_on_a_tree_with_a_fault_and_on_an_empty_one(self):
        self.assertEqual(check_layers.main([str(self.root)]), 0)
        self.write("analyzer/base/a.cpp", '#include "views/table.h"\n')
        self.assertEqual(check_layers.main([str(self.root)]), 1)
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(check_layers.main([empty]), 1)


if __name__ == "__main__":
    unittest.main()
