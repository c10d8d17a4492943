"""The cases that need nothing but a compiler. The numbers follow from the programs' sources."""

import json
import os
import time

from case import Case, words
from cases_outside import no_control_bytes


def program(name, row, arguments="", case=None, **rest):
    return Case(case or name, row, [f"{{bin}}/{name}", *words(arguments)], **rest)


ENDINGS = "However a process ends"
CHILDREN = "fork, exec, spawn, daemons"
OUTPUT = "A full disk, limits, a consumer that is gone"
DESCRIPTORS = "Descriptors"
EARLY = "Allocations before main"
LOADER = "The loader's locks"
UNWINDING = "Cancellation, exceptions, longjmp"
THREADS = "Threads that come and go"
SIGNALS = "Signals and stack overflow"
STACKS = "Strange stacks, and code without unwind information"
NAMES = "Code that was unloaded or replaced"
API = "The allocation interface, errno, failure"
PLUGINS = "Plugins and namespaces"
SANDBOXES = "Sandboxes"
HOSTILE = "Hostile names"

# way: status; 1000 allocations of 4255 bytes by tests/guests/endings.c.
WAYS = {"return": 3, "exit": 4, "_exit": 5, "quick_exit": 6, "pthread_exit": 0, "last_thread": 0, "abort": -6, "segv": -11, "kill": -9,
        "term": -15, "hup": -1}


def wait_for_daemon(folder):
    """The daemon outlives its launcher by 0.2 s and reports to a file."""
    for _ in range(200):
        if os.path.exists(os.path.join(folder, "done")) and os.path.getsize(os.path.join(folder, "done")) == 5:
            time.sleep(0.3)
            return []
        time.sleep(0.05)
    return ["the daemon never reported"]


COUNTING = {"MEMLINE_COUNTERS": "page-faults"}


def counts(profiler, trace):
    """The process beside the program has lived to its end, if it could count at all."""
    (counter,) = json.loads(profiler.ask("summary", "--format", "json", trace).stdout)["counters"]
    return [] if counter["refusal"] or counter["total"] else [f"nothing was counted: {counter}"]


CASES = [
    *(Case(f"ending_{way}", ENDINGS, ["{guests}/endings", way], status=status, blocks={4255: 1000}, live={4255: 1000})
      for way, status in WAYS.items()),
    program("exec_chain", ENDINGS, blocks={6101: 1000, 6102: 1000}, ending="exec"),

    program("fork_busy_threads", CHILDREN, "50", blocks={6201: 50}, children={6202: 50, 6203: 50}, short="may", repeat=20),
    program("spawn_family", CHILDREN, blocks={6301: 40}, live={6301: 40}, run=True),
    program("daemonize", CHILDREN, "{dir}/done", keep_group=True, children={6401: 5000}, check=wait_for_daemon),
    Case("descriptors_of_children", CHILDREN, ["env", "-u", "LD_PRELOAD", "{bin}/descriptors_of_children"], run=True, short="may"),
    Case("descriptors_of_children_counted", CHILDREN, ["env", "-u", "LD_PRELOAD", "{bin}/descriptors_of_children"], run=True, short="may",
         env=COUNTING, peers=False),
    program("rewritten_environment", CHILDREN, blocks={6001: 1000}, children={6002: 5}),

    program("file_size_limit", OUTPUT, at_least=401000, complete=False, sizes=False, says="may not grow"),
    program("reused_place", API, sizes=False, at_least=3000000),
    program("hand_made_fibre", STACKS, blocks={9601: 100}, short="yes"),
    program("locked_memory", OUTPUT, sizes=False, at_least=3000000),
    program("steady_allocations", OUTPUT, "20", blocks={6601: 40000}, case="steady_allocations", run=True),

    program("close_all_descriptors", DESCRIPTORS, "loop", case="close_all_descriptors_loop", blocks={6701: 80000}),
    program("close_all_descriptors", DESCRIPTORS, "range", case="close_all_descriptors_range", blocks={6701: 80000}, run=True),
    program("closed_stdio", DESCRIPTORS, closed_stdio=True, peers=False, blocks={6801: 1000}),
    program("lowest_descriptor", DESCRIPTORS, blocks={6901: 20000}, run=True),
    program("descriptor_limit", DESCRIPTORS, "40", execs=True, blocks={7001: 50000}),
    program("descriptor_limit", DESCRIPTORS, "12", case="descriptor_limit_12", execs=True, blocks={7001: 50000}),

    program("early_malloc", EARLY, blocks={7101: 1, 7102: 1, 7103: 1}, live={7101: 1, 7102: 1, 7103: 1}, short="may"),
    program("ifunc_malloc", EARLY, blocks={7201: 1}, live={7201: 0}, short="may"),
    program("dlsym_recursion", EARLY, blocks={7301: 1000}, live={7301: 1000}),
    program("dlsym_recursion", EARLY, case="dlsym_recursion_bind_now", env={"LD_BIND_NOW": "1"}, blocks={7301: 1000}),
    Case("audited", EARLY, ["{guests}/endings", "exit"], status=4, env={"LD_AUDIT": "{bin}/audit_library.so"}, blocks={4255: 1000}),
    program("late_dlopen", EARLY, "{preload}", case="loaded_twice", blocks={8301: 20}),

    program("loader_race", LOADER, "{bin}/plugin_a.so", blocks={7401: 3000}, repeat=20),
    program("iterate_lock", LOADER, blocks={7501: 20000}, repeat=20),
    program("getattr_lock", LOADER, blocks={7601: 9}, repeat=20),
    program("calls_of_others", LOADER, case="allocating_preload_after", preloads=("{preload}", "{bin}/allocating_preload.so"),
            blocks={7701: 1000}),
    program("calls_of_others", LOADER, case="allocating_preload_before", preloads=("{bin}/allocating_preload.so", "{preload}"),
            blocks={7701: 1000}, repeat=20),
    program("calls_of_others", LOADER, case="lazy_preload_before", preloads=("{bin}/lazy_preload.so", "{preload}"), blocks={7701: 1000}),

    program("cancel", UNWINDING, run=True, repeat=20),
    program("unwinding_through", UNWINDING, blocks={7901: 20000, 7902: 20000, 7903: 200}, live={7901: 0}, repeat=20),

    program("many_threads", THREADS, blocks={8001: 11000}, live={8001: 0}),
    program("late_destructors", THREADS, blocks={8101: 51, 8102: 150, 8103: 1, 8104: 1, 8105: 1}),
    program("last_act_is_free", THREADS, blocks={8201: 6000}, live={8201: 0}),

    program("stack_overflow", SIGNALS, blocks={8401: 500}, short="may", unknown_frees=None, inside={"main": 500}),
    program("double_free", SIGNALS, status=42, blocks={8501: 100, 8502: 1}, unknown_frees=1, complete=False),
    program("foreign_signals", SIGNALS, blocks={8601: 2000}),
    program("signal_in_hook", SIGNALS, blocks={8651: 100000}, short="may"),
    program("backtrace_in_signal", SIGNALS, sizes=False, at_least=100000, short="may"),
    program("single_threaded", SIGNALS, blocks={8701: 1000}, run=True),
    program("watched_from_beside", SIGNALS, env=COUNTING, blocks={8751: 1000}, examine=counts, peers=False),
    program("watched_from_beside", SIGNALS, "adopting {bin}/watched_from_beside adopted", case="watched_while_adopting", own_preload=True, env=COUNTING,
            blocks={8751: 1000}, examine=counts, peers=False),
    program("altstack_above", SIGNALS, blocks={8801: 100000}, short="may"),

    *(program("small_stacks", STACKS, way, case=f"small_stack_of_{way}", blocks={8901: 100}, short="may",
              inside={} if way == "coroutine" else {"work": 100}) for way in ("thread", "signal", "coroutine")),
    program("deep_recursion", STACKS, execs=True, blocks={9001: 50001, 9002: 2000}, short="yes", run=True),
    program("jit_frames", STACKS, blocks={9101: 2000}, live={9101: 0}, short="yes"),
    program("pivoted_stack", STACKS, blocks={9201: 2000}, live={9201: 0}, short="yes"),
    program("wrong_unwind_info", STACKS, blocks={9251: 1000, 9252: 1000}, short="yes"),
    program("signal_frame", STACKS, blocks={9301: 100},
            inside={"on_fault": 100, "victim_leaf": 100, "victim_caller": 100, "main": 100, "wrong_name": 0}),
    program("call_is_last", STACKS, blocks={9501: 100}, inside={"caller_name": 100, "next_name": 0, "main": 100}),
    program("finalizers", STACKS, "{bin}/finalizer_plugin.so", blocks={9701: 10, 9702: 10}, inside={"unload": 10}),
    Case("shadow_stack", STACKS, ["{guests}/endings", "exit"], status=4, env={"GLIBC_TUNABLES": "glibc.cpu.x86_shstk=on:glibc.cpu.hwcaps=SHSTK"},
         blocks={4255: 1000}),
    *(program(f"call_chain_{build}", STACKS, blocks={9401: 100}, inside={"inner_call": 100, "middle_call": 100, "outer_call": 100})
      for build in ("full", "omit", "no_header", "odd_base")),
    program("call_chain_stripped", STACKS, blocks={9401: 100}, inside={}),
    *(program(f"call_chain_{build}", STACKS, blocks={9401: 100}, inside={"inner_call": 100}, short="yes")
      for build in ("no_tables", "only_frame_pointer")),

    program("reused_addresses", NAMES, "{bin}/plugin_a.so {bin}/plugin_b.so", blocks={9751: 1000, 9752: 1000},
            inside={"in_plugin_a": 1000, "in_plugin_b": 1000}),

    program("errno_kept", API, blocks={9801: 40000}, live={9801: 0}),
    program("api_corners", API, live={5101: 0}),
    program("address_space_limit", API, blocks={5201: 20000}),
    program("started_with_little_address_space", API, execs=True, blocks={5301: 100, 300 << 20: 1}),
    program("limited_after_start", API, blocks={5351: 100, 300 << 20: 1}),
    program("mapping_corners", API, check=None),
    program("libc_direct", API, blocks={5401: 0, 5402: 1000}, unknown_frees=1000, complete=False),
    program("direct_io", API, live={8192: 1}),
    program("io_uring", API, live={8192: 1}, blocks={5991: 1000}),
    program("duplicate_addresses", API, blocks={5501: 400000}, live={5501: 0}),

    program("runpath", PLUGINS, blocks={5801: 10}, run=True),
    program("deepbind", PLUGINS, "{bin}/hidden/plugin_of_runpath.so", blocks={5802: 10}),
    program("other_namespace", PLUGINS, "{bin}/hidden/plugin_of_runpath.so", blocks={5902: 1000}),
    Case("c_host_of_a_cxx_plugin", PLUGINS, ["{guests}/c_host"]),

    *(program("seccomp_after_start", SANDBOXES, arguments, case="seccomp_" + arguments.replace(" ", "_").replace("-", "_"), at_least=3007000,
              complete=False, sizes=False, short="may")
      for arguments in ("kill", "errno", "kill prctl", "kill all-threads")),
    program("seccomp_after_start", SANDBOXES, "kill", case="seccomp_watched", at_least=3007000, complete=False, sizes=False, short="may", run=True),

    program("hostile_names", HOSTILE, blocks={5701: 60}, examine=no_control_bytes),
    Case("newline_in_argument", HOSTILE, ["{guests}/endings", "exit", "\n+ 111111 1 7f00\n"], status=4, blocks={4255: 1000, 111111: 0}),
]
