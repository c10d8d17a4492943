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
    seconds: float


def close_stdio():
    for fd in range(3):
        os.close(fd)


def run(command, folder, env=None, seconds=60, closed_stdio=False, keep_group=False, while_running=None):
    """`while_running` is called with the process once it runs. `keep_group`: what the command leaves behind may live on."""
    out, err = os.path.join(folder, ".stdout"), os.path.join(folder, ".stderr")
    begin = time.monotonic()
    with open(out, "wb") as out_file, open(err, "wb") as err_file:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out_file, stderr=err_file,
                                   start_new_session=True, preexec_fn=close_stdio if closed_stdio else None)
    hung = False
    try:
        if while_running is not None:
            while_running(process)
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        hung = True
    if hung or not keep_group:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    taken = time.monotonic() - begin
    with open(out, "rb") as out_file, open(err, "rb") as err_file:
        return Done(process.returncode, out_file.read(), err_file.read(), hung, taken)
