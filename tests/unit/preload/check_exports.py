#!/usr/bin/env python3
"""Compares what libmemline.so exports and imports with what it may.

Usage: check_exports.py libmemline.so hook_list.h

It exports the hooks of hook_list.h and the marker API's one symbol, imports only functions that neither allocate nor
can be taken over to harm us, none of them newer than the oldest C library that it is for, needs no C++ runtime, and reaches its thread-locals without __tls_get_addr.
"""
import re
import subprocess
import sys

MARKER = "memline_marker_functions"
IMPORTS = {
    "__errno_location", "__libc_stack_end", "__register_atfork", "__sbrk", "_dl_find_object", "_r_debug", "environ", "__environ",
    "dladdr1", "dlopen", "dlsym", "getauxval", "gnu_get_libc_version", "on_exit", "pthread_key_create", "pthread_setspecific",
    "memchr", "memcmp", "memcpy", "memmove", "memset", "strcmp", "strlen", "memrchr",
    # put there by the compiler's start-up files
    "__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable",
}
NEWEST_GLIBC = (2, 35)  # the first with _dl_find_object; Ubuntu 22.04's
LIBRARIES = {"libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libdl.so.2", "libpthread.so.0"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(library, option):
    names = set()
    for line in run("nm", "-D", "-P", option, library).splitlines():
        names.add(line.split()[0].split("@")[0])
    return names


def too_new(library):
    """Imports that the oldest C library does not have in that version, as name@GLIBC_x.y."""
    names = set()
    for line in run("nm", "-D", "-P", "--undefined-only", library).splitlines():
        name = line.split()[0]
        version = re.search(r"@GLIBC_(\d+)\.(\d+)", name)
        if "@GLIBC_PRIVATE" in name or (version and tuple(map(int, version.groups())) > NEWEST_GLIBC):
            names.add(name)
    return names


def main():
    library, hook_list = sys.argv[1:3]
    with open(hook_list, encoding="utf-8") as text:
        hooks = set(re.findall(r"^  HOOK\([^,]*, (\w+),", text.read(), re.MULTILINE))
    faults = []

    def expect_empty(names, what):
        if names:
            faults.append(f"{what}: {' '.join(sorted(names))}")

    exports = symbols(library, "--defined-only")
    expect_empty({"no hooks found"} if len(hooks) < 40 else set(), hook_list)
    expect_empty(hooks - exports, "hooks that are not exported")
    expect_empty(exports - hooks - {MARKER}, "exports that are not in the hook list")
    expect_empty(symbols(library, "--undefined-only") - IMPORTS, "imports that are not allowed")
    versioned = run("nm", "-D", "-P", "--undefined-only", library).count("@GLIBC_")
    expect_empty(set() if versioned > 5 else {"GLIBC_"}, "versions of imports, not found")
    expect_empty(too_new(library), f"imports newer than glibc {'.'.join(map(str, NEWEST_GLIBC))}")
    dynamic = run("readelf", "-dW", library)
    expect_empty(set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)) - LIBRARIES, "needed libraries")
    expect_empty(set() if "NOW" in dynamic else {"-z now"}, "bound lazily, missing")
    expect_empty(set() if "NODELETE" in dynamic else {"-z nodelete"}, "may be unloaded, missing")
    relocations = run("readelf", "-rW", library)
    expect_empty(set(re.findall(r"R_\w*(?:DTPMOD64|DTPOFF64|TLSDESC)\b", relocations)), "dynamic thread-locals")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
