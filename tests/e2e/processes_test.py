#!/usr/bin/env python3
"""Children, and programs that replace themselves: processes.c, in every way of starting one."""

import glob
import json
import os
import re
import subprocess
import time

from e2e_test import E2eTest, main

CHILD, PARENT = (7, 4900), (3, 900)


class Processes(E2eTest):
    def record(self, way, env=None):
        done, trace = self.memline.record([self.guest("processes"), way], env=env)
        self.assertEqual(done.returncode, 7, done.stderr)
        return trace, sorted(set(glob.glob(trace + ".*")))

    def test_a_name_after_the_program_holds_for_all_that_it_starts(self):
        program = self.guest("nothing")
        done = self.memline.run(["run", "--no-pack", "-o", self.path("%e.bin"), "--", "sh", "-c",
                                 f"{program}; {program}; {program}; exec {program}"])
        self.assertEqual(done.returncode, 0, done.stderr)
        names = sorted(name for name in os.listdir(self.folder) if name.startswith("sh.bin"))
        self.assertEqual(names[0], "sh.bin")
        self.assertEqual(len(names), 4)
        # the shell and what it became are one process
        self.assertEqual(self.memline.json("summary", self.path("sh.bin"))["program"]["images"], 2)

    def test_containers_that_share_a_folder(self):
        probe = ["unshare", "-pf", "true"] if os.geteuid() == 0 else ["unshare", "-Urpf", "true"]
        if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            self.skipTest("no namespaces here")
        environment = {**os.environ, "LD_PRELOAD": self.memline.preload, "MEMLINE_OUT": self.path("c.bin")}
        waiting = []
        for _ in range(3):
            waiting.append(subprocess.Popen([*probe[:-1], "sh", "-c", f"read line; exec {self.guest('many_blocks')} 10"],
                                            env=environment, stdin=subprocess.PIPE))
            time.sleep(0.05)  # the kernel tells the start of a process in hundredths of a second
        time.sleep(0.3)  # all have begun, none has ended
        for one in waiting:
            one.communicate(b"\n", timeout=60)
            self.assertEqual(one.returncode, 0)
        traces = [name for name in os.listdir(self.folder) if name.startswith("c.bin")]
        dumps = [self.memline.run(["dump", self.path(name)]).stdout for name in traces]
        # a trace for each, in which nobody else was at work
        programs = [re.findall("^Image .*/many_blocks$", dump, re.MULTILINE) for dump in dumps]
        self.assertEqual(sorted(len(found) for found in programs if found), [1, 1, 1], traces)

    def test_a_program_that_changes_its_folder(self):
        os.mkdir(self.path("here 100%p"))
        os.mkdir(self.path("there"))
        command = [self.guest("processes"), "moved", self.path("there")]
        for out in ("t.bin", "../here 100%%p/t.bin"):
            done = self.memline.run(["run", "-o", out, "--", *command], cwd=self.path("here 100%p"))
            self.assertEqual((done.returncode, done.stderr), (7, ""))
            self.assertEqual(os.listdir(self.path("there")), [])
            trace = self.path("here 100%p/t.bin")
            children = glob.glob(glob.escape(trace) + ".[0-9]*")
            self.assertEqual(len(children), 1)
            self.assertEqual(self.blocks_of(children[0]), (5, 2500))
            self.assertEqual(self.memline.json("summary", trace)["program"]["images"], 2)
            self.assertEqual(self.blocks_of(trace), CHILD)
            for name in glob.glob(glob.escape(trace) + "*"):
                os.remove(name)

    def test_a_forked_child_in_another_folder_writes_beside_its_parent(self):
        os.mkdir(self.path("here"))
        os.mkdir(self.path("there"))
        environment = dict(os.environ, LD_PRELOAD=self.memline.preload)
        environment.pop("MEMLINE_OUT", None)
        done = subprocess.run([self.guest("processes"), "moved", self.path("there")], env=environment,
                              cwd=self.path("here"), capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (7, b""))
        children = glob.glob(self.path("here/trace.bin.[0-9]*"))
        self.assertEqual(len(children), 1)
        self.assertEqual(self.blocks_of(children[0]), (5, 2500))
        # What is executed knows nothing of where its process began.
        self.assertEqual(os.listdir(self.path("there")), ["trace.bin"])
        self.assertEqual(self.blocks_of(self.path("there/trace.bin")), CHILD)

    def test_child_with_a_new_program(self):
        for way in ("fork_exec", "vfork", "spawn"):
            with self.subTest(way):
                for old in glob.glob(self.path("*")):
                    os.remove(old)
                trace, children = self.record(way)
                self.assertEqual(self.blocks_of(trace), PARENT)
                self.assertEqual(len(children), 1, children)
                self.assertEqual(self.blocks_of(children[0]), CHILD)
                child = self.memline.json("summary", children[0])["program"]
                self.assertEqual(child["exit"], {"kind": "exit", "code": 7})
                self.assertTrue(children[0].endswith(f".{child['pid']}"), children)

    def test_child_of_a_shell(self):
        for way in ("system", "popen"):
            with self.subTest(way):
                for old in glob.glob(self.path("*")):
                    os.remove(old)
                trace, children = self.record(way)
                self.assertEqual(self.blocks_of(trace), PARENT)
                # The shell either runs the guest as a child of its own or becomes it.
                self.assertIn(CHILD, [self.blocks_of(child) for child in children])

    def test_forked_child_starts_with_its_parents_blocks(self):
        trace, children = self.record("fork")
        self.assertEqual(self.blocks_of(trace), PARENT)
        self.assertEqual(len(children), 1, children)
        self.assertEqual(self.blocks_of(children[0]), CHILD)
        parent, child = (self.memline.json("summary", path) for path in (trace, children[0]))
        # The child frees the 5000 bytes that its parent allocated: nothing unknown, and only its own blocks are left.
        self.assertEqual(child["losses"]["unknown_frees"], 0)
        self.assertEqual(child["allocations"], 7)
        self.assertEqual(child["frees"], 1)
        self.assertEqual(child["freed"], 5000)
        self.assertEqual(child["at_end"], 4900)
        self.assertEqual(child["peak"], 5000)
        self.assertEqual(parent["at_end"], 5900)
        self.assertIn(str(parent["program"]["pid"]), json.dumps(child["program"]["parent"]))

    def test_forked_child_without_an_event(self):
        for way in ("idle_exit", "idle__exit"):
            with self.subTest(way):
                for old in self.memline.traces():
                    os.remove(old)
                _, children = self.record(way)
                self.assertEqual(len(children), 1, children)
                child = self.memline.json("summary", children[0])
                self.assertEqual(child["program"]["exit"], {"kind": "exit", "code": 7})
                self.assertEqual((child["allocations"], child["frees"]), (0, 0))
                self.assertEqual((child["peak"], child["at_end"]), (5000, 5000))
                nothing = self.memline.run(["report", children[0]])
                self.assertEqual((nothing.returncode, nothing.stdout), (1, ""))
                self.assertIn("no function has any event", nothing.stderr)
                self.assertGreaterEqual(child["program"]["duration"], 0.1)  # from the fork on

    def test_no_children(self):
        for way in ("fork", "fork_exec", "vfork", "spawn", "system", "popen"):
            with self.subTest(way):
                for old in glob.glob(self.path("*")):
                    os.remove(old)
                trace, children = self.record(way, env={"MEMLINE_CHILDREN": "none"})
                self.assertEqual(self.blocks_of(trace), PARENT)
                self.assertEqual(children, [])

    def test_no_children_of_a_shell_that_has_gone_elsewhere(self):
        # The children's own pattern and folder do not lead to the shell's trace.
        os.mkdir(self.path("elsewhere"))
        line = f"cd elsewhere && {self.guest('processes')} blocks 7 700; exit 3"
        done, _ = self.memline.record(["bash", "-c", line], env={"MEMLINE_CHILDREN": "none", "MEMLINE_OUT": "%e.bin"},
                                      cwd=self.memline.folder)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(os.listdir(self.path("elsewhere")), [])
        self.assertTrue(os.path.exists(self.path("bash.bin")))

    def test_exec_goes_on_in_the_same_trace(self):
        trace, children = self.record("exec")
        self.assertEqual(children, [])
        summary = self.memline.json("summary", trace)
        self.assertEqual(summary["program"]["images"], 3)
        self.assertEqual(summary["program"]["exit"], {"kind": "exit", "code": 7})
        for image, expected in (("0", (3, 900)), ("1", (5, 2500)), ("2", (7, 4900))):
            self.assertEqual(self.blocks_of(trace, "--image", image), expected)

    def test_failed_exec_changes_nothing(self):
        trace, children = self.record("exec_fails")
        self.assertEqual(children, [])
        self.assertEqual(self.blocks_of(trace), (7, 900 + 1600))
        self.assertEqual(self.memline.json("summary", trace)["program"]["images"], 1)

    def test_exec_of_a_shell_and_of_nice(self):
        for command in (["nice", self.guest("processes"), "blocks", "7", "700"],
                        ["sh", "-c", f"exec {self.guest('processes')} blocks 7 700"]):
            with self.subTest(command[0]):
                done, trace = self.memline.record(command, name=f"{command[0]}.bin")
                self.assertEqual(done.returncode, 7)
                self.assertEqual(self.blocks_of(trace, "--image", "1"), CHILD)

    def test_memline_run_waits_for_the_program_and_not_for_its_children(self):
        done, trace = self.run_under_memline([self.guest("processes"), "spawn"])
        self.assertEqual(done.returncode, 7)
        self.assertEqual(self.blocks_of(trace), PARENT)


if __name__ == "__main__":
    main()
