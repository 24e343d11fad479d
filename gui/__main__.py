"""The program's first lines: decides which of its parts this process is, before it imports any."""

from __future__ import annotations

import multiprocessing
import sys

CHILD_ARGUMENT = "--run-child"
HELPER_ARGUMENT = "--run-helper"


def run() -> int:
    """Run the part of the program that the arguments ask for; return the exit code."""
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    if arguments[:1] == [CHILD_ARGUMENT]:
        return _run_module("queue_core.runner", arguments[1:])
    if arguments[:1] == [HELPER_ARGUMENT]:
        return _run_module("gui.helper_worker", arguments[1:])
    if getattr(sys, "frozen", False) and _is_interpreter_call(arguments):
        return _run_as_interpreter(arguments)
    from queue_core.cli import main

    return int(main(arguments) or 0)


def _run_module(name: str, arguments: list[str]) -> int:
    import runpy

    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    return 0


def _is_interpreter_call(arguments: list[str]) -> bool:
    """Whether a library runs this program as if it were Python: joblib's loky does."""
    return any(argument in ("-c", "-m") for argument in arguments[:8])


def _run_as_interpreter(arguments: list[str]) -> int:
    place = next(i for i, argument in enumerate(arguments) if argument in ("-c", "-m"))
    code, rest = arguments[place + 1], arguments[place + 2 :]
    if arguments[place] == "-m":
        return _run_module(code, rest)
    sys.argv = ["-c", *rest]
    exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
    return 0


if __name__ == "__main__":
    sys.exit(run())
