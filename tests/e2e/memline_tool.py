"""Runs programs under libmemline.so and reads what the memline command says of them."""

import glob
import json
import os
import subprocess

# Each report reads debug information anew, and leaves nothing in the home folder.
os.environ.setdefault("MEMLINE_CACHE", "none")


class Memline:
    def __init__(self, program, preload, folder):
        self.program, self.preload, self.folder = program, preload, folder

    def record(self, command, name="trace.bin", env=None, **options):
        """Runs the command with the preload; returns (completed process, path of its trace)."""
        trace = os.path.join(self.folder, name)
        environment = dict(os.environ, LD_PRELOAD=self.preload, MEMLINE_OUT=trace)
        environment.update(env or {})
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False, **options)
        return done, trace

    def run(self, arguments, before=(), **options):
        """memline itself, called by the command `before`; returns the completed process, with text."""
        options.setdefault("timeout", 120)
        return subprocess.run([*before, self.program, *arguments], capture_output=True, text=True, errors="replace",
                              check=False, **options)

    def json(self, command, trace, *arguments):
        """One command's JSON. Raises with its standard error if it does not exit with 0."""
        done = self.run([command, trace, "--format", "json", *arguments])
        if done.returncode != 0:
            raise AssertionError(f"memline {command} {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)

    def traces(self, name="trace.bin"):
        """Every trace that was written beside `name`, children's too."""
        return sorted(glob.glob(glob.escape(os.path.join(self.folder, name)) + "*"))
