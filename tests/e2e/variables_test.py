#!/usr/bin/env python3
"""Values of the MEMLINE_* variables, and of the options that set them, that nobody can understand."""

import os
import subprocess

from e2e_test import E2eTest, main

# variable, option, a value that is not understood, what the message says is
WRONG = [
    ("MEMLINE_CHILDREN", "--children", "some", "all or none"),
    ("MEMLINE_START", "--start", "later", "paused"),
    ("MEMLINE_MAX_TRACE", "--max-trace", "abc", "a size such as 64M"),
    ("MEMLINE_FREE_STACKS", "--free-stacks", "maybe", "0 or 1"),
    ("MEMLINE_UNWINDER", "--unwinder", "fast", "memline or libunwind"),
    ("MEMLINE_RESIDENT", "--resident", "2", "0 or 1"),
]


class Variables(E2eTest):
    def test_the_preload_names_each_of_them_once_and_records_as_by_default(self):
        # Two children, which inherit the variables: they have nothing to add.
        command = ["sh", "-c", "{0}; {0}; exit 7".format(self.guest("malloc_api"))]
        env = {variable: value for variable, _, value, _ in WRONG}
        done, trace = self.memline.record(command, env=env)
        self.assertEqual(done.returncode, 7)
        self.assertCountEqual(
            done.stderr.decode().splitlines(),
            [f"memline: {variable}={value} is not understood, the default is used; it takes {allowed}"
             for variable, _, value, allowed in WRONG])
        self.assertEqual(len(self.memline.traces()), 3)
        for child in self.memline.traces()[1:]:
            self.assertGreater(self.memline.json("summary", child)["allocations"], 0)

    def test_an_empty_value_is_the_default(self):
        done, _ = self.memline.record([self.guest("malloc_api")], env={variable: "" for variable, *_ in WRONG})
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_control_characters_of_a_value_do_not_reach_the_terminal(self):
        done, _ = self.memline.record([self.guest("malloc_api")], env={"MEMLINE_CHILDREN": "a\x1b[31m\n" + "b" * 999})
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertNotIn(b"\x1b", done.stderr)
        self.assertIn(b"bbb... is not understood", done.stderr)

    def run_touching(self, arguments, env=None):
        return subprocess.run([self.memline.program, "run", *arguments, "touch", self.path("started")], cwd=self.folder,
                              env=dict(os.environ, **(env or {})), capture_output=True, text=True, timeout=60,
                              check=False)

    def test_memline_run_refuses_them_before_the_program_starts(self):
        for variable, option, value, allowed in WRONG:
            for arguments, env in (([option, value], {}), ([f"{option}={value}"], {}), ([option, ""], {}),
                                   ([], {variable: value})):
                with self.subTest(arguments=arguments, env=env):
                    done = self.run_touching(arguments, env)
                    self.assertEqual((done.returncode, done.stdout), (2, ""))
                    self.assertEqual(done.stderr.count("\n"), 1)
                    self.assertIn(variable if env else option, done.stderr)
                    self.assertIn("it takes " + allowed, done.stderr)
                    self.assertEqual(os.listdir(self.folder), [])

    def test_an_option_goes_before_a_variable(self):
        done = self.run_touching(["--children", "none"], {"MEMLINE_CHILDREN": "some"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("started", os.listdir(self.folder))


if __name__ == "__main__":
    main()
