"""Runs a command so that it cannot hang its caller: output goes to files, and at the time limit its whole process group dies."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import time


@dataclasses.dataclass
class Done:
    status: int  # as subprocess has it: negative for a signal
    stdout: bytes
    stderr: bytes
    hung: bool


def close_stdio():
    for fd in range(3):
        os.close(fd)


def cpu_seconds(group):
    """Processor time that the live processes of a group have used."""
    ticks = 0
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[-1].split()
            ticks += int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def is_working(process):
    """Whether a process that takes long is slow rather than stuck; a helper thread that only looks at the clock does not count."""
    before = cpu_seconds(process.pid)
    time.sleep(3)
    return cpu_seconds(process.pid) - before > 0.1


def run(command, folder, env=None, seconds=60, closed_stdio=False, keep_group=False, while_running=None, patience=0):
    """`while_running` is called with the process once it runs. `keep_group`: what the command leaves behind may live on. `patience`: seconds more
    for a process that is at work."""
    out, err = os.path.join(folder, ".stdout"), os.path.join(folder, ".stderr")
    with open(out, "wb") as out_file, open(err, "wb") as err_file:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out_file, stderr=err_file,
                                   start_new_session=True, preexec_fn=close_stdio if closed_stdio else None)
    hung = False
    try:
        if while_running is not None:
            while_running(process)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            if not patience or not is_working(process):
                raise
            process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        hung = True
    if hung or not keep_group:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with open(out, "rb") as out_file, open(err, "rb") as err_file:
        return Done(process.returncode, out_file.read(), err_file.read(), hung)
