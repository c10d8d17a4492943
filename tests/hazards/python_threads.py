"""Threads, a thousand frames, a caught recursion error, forked children and a subprocess."""
import os
import subprocess
import sys
import threading


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def too_deep():
    return too_deep() + 1


results = []
threads = [threading.Thread(target=lambda: results.append(sum(len(str(i)) for i in range(20000)))) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results, depth(500))
try:
    too_deep()
except RecursionError as error:
    print("recursion", type(error).__name__)
sys.stdout.flush()
for i in range(10):
    pid = os.fork()
    if pid == 0:
        os._exit(len([bytearray(1000) for _ in range(i)]))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), end=" ")
print(subprocess.run(["/bin/echo", "child"], capture_output=True, check=True).stdout)
