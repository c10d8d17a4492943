"""What a case is: how a program is run, and what has to come out."""

import dataclasses
import os
import typing


@dataclasses.dataclass
class Case:
    """One program run in one way. `{bin}` is the folder of this folder's programs, `{guests}` that of the guests, `{src}` this folder, `{dir}` the
    working directory of the run, `{preload}` the profiler's library."""
    name: str
    row: str                  # the hazard class: a row of the README's table
    command: list
    env: dict = dataclasses.field(default_factory=dict)
    blocks: dict = dataclasses.field(default_factory=dict)    # size: allocations of that size, exactly
    children: dict = dataclasses.field(default_factory=dict)  # the same, over the traces of all children
    live: dict = dataclasses.field(default_factory=dict)      # size: blocks of that size at the end
    inside: dict = dataclasses.field(default_factory=dict)    # function: allocations with it on their stack
    short: str = "no"         # whether stacks have to be marked as short: no, yes, may
    complete: bool = True     # whether the trace has to say that nothing is missing
    at_least: int = 0         # allocations, and those counted as lost, together
    unknown_frees: typing.Optional[int] = 0  # None: not compared
    nothing: bool = False     # nothing can be recorded
    status: typing.Optional[int] = 0  # the program's own, without a profiler; None: not known
    ending: str = ""          # how the trace has to say that the process ended
    alone: bool = True        # under LD_PRELOAD alone
    trace: str = "trace.bin"  # where it is, in the folder of the run
    own_preload: bool = False  # the command itself sets LD_PRELOAD to $HAZARD_PRELOAD for its last program
    execs: bool = False       # starts itself again: a profiler that does not follow exec sees nothing of it
    peers: bool = True        # whether it can be run under another profiler
    says: str = ""            # part of what the profiler says on standard error, alone
    run_says: str = ""        # the same under `memline run`
    run: bool = False         # also under `memline run`
    repeat: int = 1           # runs one after the other under --again, each of which has to be right
    sizes: bool = True        # False: too long to be counted one by one
    seconds: int = 60
    needs: tuple = ()         # programs and libraries, without which the case is skipped
    preloads: tuple = ()      # what LD_PRELOAD holds, `{preload}` among it
    closed_stdio: bool = False
    keep_group: bool = False
    outside: typing.Optional[typing.Callable] = None   # called with the process while it runs
    prepare: typing.Optional[typing.Callable] = None   # called with the folder of a run before it
    check: typing.Optional[typing.Callable] = None     # called with the folder of a run after it; gives failures
    finish: typing.Optional[typing.Callable] = None    # called with the folder of a run in the end
    examine: typing.Optional[typing.Callable] = None   # called with the profiler and its trace; gives failures
    status_lost: bool = False  # `memline run` itself is killed
    quiet: bool = False       # standard error is not compared: it has addresses, numbers of processes or times
    status_only: bool = False  # nor is standard output


def words(text):
    return text.split()


def fill(text, folder, preload):
    return text.format(bin=os.environ.get("MEMLINE_HAZARDS", ""), guests=os.path.join(os.environ.get("MEMLINE_GUESTS", ""), "gcc-O2"),
                       src=os.path.dirname(os.path.abspath(__file__)), dir=folder, preload=preload)
