"""The cases that need more than a compiler: mounts, other allocators and tools, the runtimes of other languages. Each is skipped where that is
missing."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

from case import Case, fill

OUTPUT = "A full disk, limits, a consumer that is gone"
ALLOCATORS = "Other allocators, static and setuid programs"
TOOLS = "Sanitizers, valgrind, gdb"
RUNTIMES = "Python, Node, Java, Rust, Go"
SANDBOXES = "Sandboxes"
STACKS = "Strange stacks, and code without unwind information"
HOSTILE = "Hostile names"


def cannot_mount():
    done = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/tmp"], capture_output=True, check=False)
    return None if done.returncode == 0 else "file systems cannot be mounted here"


def not_root():
    return None if os.getuid() == 0 else "only root can do this"


def cannot_fix_addresses():
    done = subprocess.run(["setarch", "-R", "true"], capture_output=True, check=False)
    return None if done.returncode == 0 else "addresses cannot be fixed here"


def mount(*options):
    def prepare(folder):
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", *options, "none", disk], check=True)
    return prepare


def unmount(folder):
    subprocess.run(["umount", "-l", os.path.join(folder, "disk")], check=False)


def memory_groups():
    """Where groups of processes with a limit of their memory can be made below our own, and what their limit is called."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        own = {fields[1]: fields[2] for fields in (line.rstrip("\n").split(":", 2) for line in file)}
    if "memory" in own:
        return "/sys/fs/cgroup/memory" + own["memory"], "memory.limit_in_bytes"
    return "/sys/fs/cgroup" + own.get("", "/"), "memory.max"


def limit_memory(text):
    def prepare(folder):
        parent, limit = memory_groups()
        group = tempfile.mkdtemp(prefix="memline-hazard-", dir=parent)
        try:
            with open(os.path.join(group, limit), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            os.rmdir(group)
            raise
        os.symlink(group, os.path.join(folder, "group"))
    return prepare


def drop_group(folder):
    group = os.path.realpath(os.path.join(folder, "group"))
    for _ in range(100):
        with contextlib.suppress(OSError):
            os.rmdir(group)
            return
        time.sleep(0.05)


def cannot_limit_memory():
    with tempfile.TemporaryDirectory() as folder:
        try:
            limit_memory("64M")(folder)
        except OSError:
            return "no memory cgroup can be made here"
        drop_group(folder)
    return None


def make_setuid(folder):
    os.chmod(folder, 0o755)
    os.chmod(os.path.dirname(folder), 0o755)
    copy = shutil.copy(fill("{guests}/endings", folder, ""), os.path.join(folder, "endings"))
    os.chown(copy, 65534, 65534)
    os.chmod(copy, 0o4755)


def make_privileged(folder):
    make_setuid(folder)
    os.mkdir(os.path.join(folder, "open"))
    os.chmod(os.path.join(folder, "open"), 0o777)


def wait_for_output(folder):
    for _ in range(600):
        with open(os.path.join(folder, ".stdout"), "rb") as file:
            if file.read().endswith(b"ok\n"):
                return
        time.sleep(0.05)


def consumer_of(process):
    """Whoever takes the data: `memline run` itself; heaptrack's script has an interpreter for it."""
    names = subprocess.run(["pgrep", "-g", str(process.pid), "heaptrack_inter"], capture_output=True, text=True, check=False).stdout.split()
    return int(names[0]) if names else process.pid


def signal_consumer(number):
    """To the consumer alone, a while after the start; the program has to come to its end all the same."""
    def act(process, folder):
        time.sleep(0.3)
        consumer = consumer_of(process)
        os.kill(consumer, number)
        wait_for_output(folder)
        time.sleep(0.2)
        if number == signal.SIGSTOP:
            os.kill(consumer, signal.SIGCONT)
    return act


def built(name, *command):
    """Compiles a program of another language beside the others, once; says why not."""
    def check():
        source, program = fill("{src}/" + command[-1], "", ""), fill("{bin}/" + name, "", "")
        if not shutil.which(command[0]):
            return f"no {command[0]} here"
        if os.path.exists(program) and os.path.getmtime(program) > os.path.getmtime(source):
            return None
        env = dict(os.environ, GOCACHE=fill("{bin}/go-cache", "", ""), GOFLAGS="-mod=mod", GO111MODULE="off")
        done = subprocess.run([*command[:-1], "-o", program, source], capture_output=True, env=env, timeout=180, check=False)
        return None if done.returncode == 0 else f"{command[0]} does not work here: {done.stderr[-200:]!r}"
    return check


def hostile_folder(folder):
    inner = os.path.join(folder, "disk\n\x1b[31m\udcff <b>")
    os.mkdir(inner)
    shutil.copy(fill("{guests}/endings", folder, ""), os.path.join(inner, "endings"))


def no_control_bytes(profiler, trace):
    """Nothing that a report prints may steer a terminal."""
    failures = []
    for command in (["report", trace], ["top", trace], ["heap", trace], ["summary", trace], ["dump", trace]):
        done = profiler.ask(*command)
        bad = [byte for byte in done.stdout + done.stderr if byte < 32 and byte != 10 or byte == 127]
        if bad:
            failures.append(f"{command[0]} prints the bytes {sorted(set(bad))}")
    return failures


def thousand_in_it(profiler, trace):
    found = profiler.read(trace, ["thousand_blocks"], sizes=False)
    failures = [] if found.inside["thousand_blocks"] == 1000 else [f"{found.inside['thousand_blocks']} allocations inside thousand_blocks"]
    return failures + no_control_bytes(profiler, trace)


def private(profiler, trace):
    text = profiler.ask("dump", trace).stdout
    return [f"the trace holds {word!r}" for word in (b"secret-argument", os.uname().nodename.encode() + b'"') if word in text]


ENDINGS = ["{guests}/endings", "exit"]
FOUND = {"blocks": {4255: 1000}, "status": 4}
IN_GROUP = 'echo $$ > {dir}/group/cgroup.procs; LD_PRELOAD=$HAZARD_PRELOAD exec "$0" "$@"'
NO_PROC = 'umount -l /proc; LD_PRELOAD=$HAZARD_PRELOAD exec "$0" "$@"'
# The loader takes such a library into a setuid program only from a folder of the system, and only if it is setuid too.
TRUSTED = ('if [ -n "$HAZARD_PRELOAD" ]; then cp "$HAZARD_PRELOAD" {dir}/ours; chmod 4755 {dir}/ours; '
           'for place in /lib/*-linux-gnu/libBrokenLocale.so.1; do mount --bind {dir}/ours "$place"; done; '
           'export LD_PRELOAD=libBrokenLocale.so.1; fi; exec {dir}/endings exit')
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"

CASES = [
    Case("disk_full", OUTPUT, ["{bin}/steady_allocations", "40"], needs=(cannot_mount,), prepare=mount("-o", "size=512k"), finish=unmount,
         env={"MEMLINE_OUT": "{dir}/disk/trace.bin"}, trace="disk/trace.bin", at_least=400000, complete=False, sizes=False,
         says="the disk is full", run=True),
    Case("disk_full_from_the_start", OUTPUT, ["{bin}/steady_allocations", "5"], needs=(cannot_mount,), prepare=mount("-o", "size=4k"),
         finish=unmount, env={"MEMLINE_OUT": "{dir}/disk/trace.bin"}, trace="disk/trace.bin", nothing=True, says="memline: ", run=True),
    Case("errno_kept_disk_full", OUTPUT, ["{bin}/errno_kept"], needs=(cannot_mount,), prepare=mount("-o", "size=512k"), finish=unmount,
         env={"MEMLINE_OUT": "{dir}/disk/trace.bin"}, trace="disk/trace.bin", at_least=120000, complete=False, sizes=False,
         says="the disk is full"),
    Case("read_only_folder", OUTPUT, ["{bin}/steady_allocations", "5"], needs=(cannot_mount,), prepare=mount("-o", "ro"), finish=unmount,
         env={"MEMLINE_OUT": "{dir}/disk/trace.bin"}, trace="disk/trace.bin", nothing=True, says="cannot be created"),
    Case("missing_folder", OUTPUT, ["{bin}/steady_allocations", "5"], env={"MEMLINE_OUT": "{dir}/no/such/trace.bin"},
         trace="no/such/trace.bin", nothing=True, says="cannot be created"),
    Case("consumer_killed", OUTPUT, ["{bin}/steady_allocations", "60"], alone=False, run=True, status_lost=True, keep_group=True,
         outside=signal_consumer(signal.SIGKILL), blocks={6601: 120000}),
    Case("consumer_stopped", OUTPUT, ["{bin}/steady_allocations", "60"], alone=False, run=True, outside=signal_consumer(signal.SIGSTOP),
         blocks={6601: 120000}),

    Case("memory_group", OUTPUT, ["sh", "-c", IN_GROUP, "{bin}/steady_allocations", "100"], needs=(cannot_limit_memory,), own_preload=True,
         peers=False, prepare=limit_memory("4M"), finish=drop_group, blocks={6601: 200000}),
    Case("killed_for_memory", OUTPUT, ["sh", "-c", IN_GROUP, "{bin}/killed_for_memory"], needs=(cannot_limit_memory,), own_preload=True,
         peers=False, prepare=limit_memory("64M"), finish=drop_group, blocks={5981: 1000}, live={5981: 1000}, status=-9),

    Case("no_proc", SANDBOXES, ["unshare", "-m", "sh", "-c", NO_PROC, *ENDINGS], needs=(cannot_mount,), own_preload=True, peers=False,
         **FOUND),

    Case("fixed_addresses", STACKS, ["setarch", "-R", "{bin}/call_chain_full"], needs=(cannot_fix_addresses,), blocks={9401: 100}, short="may",
         peers=False, inside={"inner_call": 100, "middle_call": 100, "outer_call": 100}),

    *(Case(f"with_{name}", ALLOCATORS, [f"{{bin}}/endings_with_{name}", "exit"], run=True, **FOUND)
      for name in ("jemalloc", "tcmalloc", "mimalloc")),
    Case("preloaded_before_jemalloc", ALLOCATORS, ENDINGS, needs=(JEMALLOC,), preloads=("{preload}", JEMALLOC), **FOUND),
    Case("preloaded_after_jemalloc", ALLOCATORS, ENDINGS, needs=(JEMALLOC,), preloads=(JEMALLOC, "{preload}"), status=4, unknown_frees=None,
         examine=lambda profiler, trace: [] if b"never reaches" in profiler.ask("summary", trace).stdout else ["nothing says why"]),
    Case("with_static_jemalloc", ALLOCATORS, ["{bin}/endings_with_static_jemalloc", "exit"], status=4, nothing=True, run=True,
         run_says="defines malloc"),
    Case("with_own_malloc", ALLOCATORS, ["{bin}/endings_with_own_malloc"], nothing=True, run=True, run_says="defines malloc"),
    Case("called_by_address", ALLOCATORS, ["{bin}/called_by_address"], blocks={5971: 1000}, live={5971: 0},
         examine=lambda profiler, trace: ["taken for another allocator"] if b"malloc" in profiler.ask("summary", trace).stdout else []),
    Case("static", ALLOCATORS, ["{bin}/endings_static", "exit"], status=4, nothing=True, run=True, run_says="static"),
    *(Case(f"static_child_by_{way}", ALLOCATORS, ["{bin}/starts_child", way, "{bin}/endings_static"], run=True, blocks={5991: 1}, peers=False,
           run_says="endings_static: it is statically linked") for way in ("vfork", "posix_spawn", "posix_spawnp")),
    Case("setuid", ALLOCATORS, ["{dir}/endings", "exit"], needs=(not_root,), prepare=make_setuid, status=4, nothing=True, quiet=True, run=True,
         run_says="setuid"),
    Case("privileged", ALLOCATORS, ["unshare", "-m", "sh", "-c", TRUSTED], needs=(not_root, cannot_mount), prepare=make_privileged, status=4,
         own_preload=True, env={"MEMLINE_OUT": "{dir}/open/trace.bin"}, trace="open/trace.bin", nothing=True, peers=False,
         says="more rights"),
    Case("musl", ALLOCATORS, ["{bin}/endings_with_musl", "exit"], status=4, nothing=True, alone=False, run=True, run_says="musl"),

    Case("gcc_address_sanitizer", TOOLS, ["{bin}/endings_with_gcc_address", "exit"], env={"ASAN_OPTIONS": "detect_leaks=0"}, status=4,
         nothing=True, alone=False, run=True, run_says="AddressSanitizer"),
    Case("clang_address_sanitizer", TOOLS, ["{bin}/endings_with_clang_address", "exit"], env={"ASAN_OPTIONS": "detect_leaks=0"}, status=4,
         nothing=True, run=True, run_says="AddressSanitizer"),
    *(Case(f"{compiler}_undefined_sanitizer", TOOLS, [f"{{bin}}/endings_with_{compiler}_undefined", "exit"], run=True, **FOUND)
      for compiler in ("gcc", "clang")),
    Case("gcc_thread_sanitizer", TOOLS, ["{bin}/endings_with_gcc_thread", "exit"], unknown_frees=None, short="may", **FOUND),
    Case("clang_thread_sanitizer", TOOLS, ["{bin}/endings_with_clang_thread", "exit"], status=4, nothing=True, run=True,
         run_says="ThreadSanitizer"),
    Case("valgrind", TOOLS, ["valgrind", "-q", *ENDINGS], needs=("valgrind",), status=4, blocks={4255: 0}, ending="exec", short="may", run=True,
         says="under valgrind"),
    Case("gdb", TOOLS, ["gdb", "-nx", "-batch", "-ex", "run", "--args", *ENDINGS], needs=("gdb",), status_only=True, short="may",
         children={4255: 1000}, unknown_frees=None, seconds=90),

    Case("python", RUNTIMES, ["python3", "{src}/python_threads.py"], needs=("python3",), short="may", sizes=False, at_least=1000),
    Case("node", RUNTIMES, ["node", "{src}/node_threads.js"], needs=("node",), short="may", sizes=False, at_least=1000),
    Case("java", RUNTIMES, ["java", "-Xmx256m", "{src}/JavaThreads.java"], needs=("java", "javac"), short="may", sizes=False, at_least=1000,
         unknown_frees=None, seconds=120),
    Case("rust", RUNTIMES, ["{bin}/rust_threads"], needs=(built("rust_threads", "rustc", "-g", "-C", "opt-level=1", "rust_threads.rs"),),
         blocks={5951: 100}),
    Case("go", RUNTIMES, ["{bin}/go_threads"], needs=(built("go_threads", "go", "build", "go_threads.go"),), blocks={5961: 101},
         short="may"),

    Case("folder_with_a_newline", HOSTILE, ["sh", "-c", 'cd disk*; exec ./endings "$0"', "exit"], prepare=hostile_folder, short="may",
         examine=thousand_in_it, **FOUND),
    Case("private", HOSTILE, ["{guests}/endings", "exit", "secret-argument"], env={"MEMLINE_PRIVATE": "1"}, examine=private, peers=False, **FOUND),
]
