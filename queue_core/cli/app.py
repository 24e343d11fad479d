"""Start of the program: chooses the subcommand, and turns every error into a sentence."""

from __future__ import annotations

import argparse
import difflib
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from queue_core.cli.output import VisibleFormatter, VisibleParser, write

PROGRAM: Final = "dashai-monitor"


class ExitCode(IntEnum):
    """How the program ends."""

    DONE = 0
    JOB_FAILED = 1
    WRONG_USAGE = 2
    NO_SUCH_JOB = 3
    FOLDER_UNUSABLE = 4
    OUR_FAULT = 70
    INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """A subcommand; its module is imported when it is asked for.

    Attributes:
        name: What the user types.
        summary: What it does, one line.
        module: Has `configure(parser)`, which declares its arguments, and
            `run(arguments, terminal) -> int`, which does it.
    """

    name: str
    summary: str
    module: str


COMMANDS: Final = (
    Command("submit", "put a job on the queue", "queue_core.cli.submit"),
    Command("jobs", "list the jobs", "queue_core.cli.jobs"),
    Command("show", "show all about one job", "queue_core.cli.show"),
    Command("logs", "print what a job has written", "queue_core.cli.logs"),
    Command("cancel", "stop waiting or running jobs", "queue_core.cli.cancel"),
    Command("retry", "run ended jobs again", "queue_core.cli.retry"),
    Command("interrupted", "resume or discard interrupted jobs", "queue_core.cli.interrupted"),
    Command("failures", "see what failed, alike ones as one", "queue_core.cli.failures"),
    Command("remove", "forget ended jobs", "queue_core.cli.remove"),
    Command("pause", "suspend running jobs, or the queue", "queue_core.cli.pause"),
    Command("resume", "let suspended jobs, or the queue, go on", "queue_core.cli.resume"),
    Command("move", "change the order of waiting jobs", "queue_core.cli.move"),
    Command("priority", "change the priority of a waiting job", "queue_core.cli.priority"),
    Command("why", "say why a job waits", "queue_core.cli.why"),
    Command("attempts", "list the attempts of a job", "queue_core.cli.attempts"),
    Command("stacks", "see what a running job is doing now", "queue_core.cli.stacks"),
    Command("report", "write a report of a failed job", "queue_core.cli.report"),
    Command("schedule", "run jobs again and again", "queue_core.cli.schedule"),
    Command("clean-up", "forget old jobs", "queue_core.cli.clean_up"),
    Command("worker", "run jobs without a window", "queue_core.cli.worker"),
    Command("team", "print what the server of a shared list needs", "queue_core.cli.team"),
    Command("serve", "let other programs reach the queue over HTTP", "queue_core.cli.serve"),
    Command("places", "list where jobs may run, and what is free there", "queue_core.cli.places"),
    Command(
        "components",
        "list job types, explorers, models, …",
        "queue_core.cli.components",
    ),
    Command("library", "list datasets, models and results", "queue_core.cli.library"),
    Command(
        "import-dashai", "copy DashAI's datasets into the library", "queue_core.cli.import_dashai"
    ),
    Command("export", "write a dataset or a result to a file", "queue_core.cli.export"),
    Command("doctor", "see whether everything is in order", "queue_core.cli.doctor"),
)

QUEUE_URL: Final = "--queue-url"
EPILOG: Final = """\
commands:
{commands}

Jobs are named by their id; its beginning is enough where it is unique.
Each command takes --help, and --json for output that programs read.
exit codes: 0 done, 1 the job ended in error, 2 wrong usage, 3 no such job,
4 the local folder cannot be used
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with *argv* (default: the process's arguments); return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # What this program writes is nobody else's to read: queue, datasets, logs, exported tables.
    os.umask(0o077)
    try:
        return _dispatch(arguments)
    except SystemExit as ended:  # argparse has said what is wrong, or shown its help
        return ended.code if isinstance(ended.code, int) else ExitCode.WRONG_USAGE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone, e.g. `head`; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the border: no user sees a traceback unasked
        return _explain(error, debug="--debug" in arguments)


def _dispatch(arguments: list[str]) -> int:
    commands = {command.name: command for command in COMMANDS}
    place = next((i for i in range(len(arguments)) if _is_word(arguments, i)), None)
    if place is None or arguments[place] not in commands:
        return _open_window(arguments)
    command = commands[arguments[place]]
    module = importlib.import_module(command.module)
    parser = VisibleParser(
        prog=f"{PROGRAM} {command.name}",
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    _add_debug(parser)
    module.configure(parser)
    # Intermixed: `submit dataset a.csv --wait b.csv` names two files.
    options = parser.parse_intermixed_args(arguments[:place] + arguments[place + 1 :])
    _use_url(options.queue_url)
    _set_up_logging(debug=options.debug)
    from queue_core.cli.terminal import Terminal

    return int(module.run(options, Terminal(json=options.json)))


def _is_word(arguments: list[str], place: int) -> bool:
    """Return whether an argument is no option, and no option's value either."""
    is_value = place > 0 and arguments[place - 1] == QUEUE_URL
    return not is_value and not arguments[place].startswith("-")


def _open_window(arguments: list[str]) -> int:
    width = max(len(command.name) for command in COMMANDS)
    listed = "\n".join(f"  {command.name:<{width}}  {command.summary}" for command in COMMANDS)
    parser = VisibleParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [FILE ...]\n       {PROGRAM} COMMAND ...",
        description="Without a command, open the window; files become dataset jobs.",
        epilog=EPILOG.format(commands=listed),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("files", metavar="FILE", nargs="*", help="a data file to load")
    parser.add_argument("--version", action="store_true", help="print the version")
    _add_debug(parser)
    options = parser.parse_args(arguments)
    if options.version:
        from queue_core.version import __version__

        write(sys.stdout, f"{PROGRAM} {__version__}")
        return ExitCode.DONE
    for name in options.files:
        if not Path(name).exists():
            parser.error(_missing(name))
    _use_url(options.queue_url)
    _set_up_logging(debug=options.debug)
    from queue_core.cli.window import open_window

    return open_window([Path(name).absolute() for name in options.files])


# What other programs call it.
_OTHER_WORDS = {
    "list": "jobs", "ls": "jobs", "ps": "jobs", "status": "jobs", "run": "submit", "put": "submit",
    "add": "submit", "stop": "cancel", "kill": "cancel", "rm": "remove", "delete": "remove",
    "start": "worker", "consume": "worker", "history": "jobs", "datasets": "library",
    "models": "library", "check": "doctor",
}  # fmt: skip


def _missing(name: str) -> str:
    names = [command.name for command in COMMANDS]
    near = [_OTHER_WORDS[name]] if name in _OTHER_WORDS else difflib.get_close_matches(name, names)
    hint = f" Did you mean the command “{near[0]}”?" if near else ""
    return f"there is no file named {name}.{hint}"


def _add_debug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--debug", action="store_true", help="show what the program does, in detail"
    )
    parser.add_argument(
        QUEUE_URL,
        metavar="URL",
        help="a team's list (default: $DASHAI_QUEUE_URL)",
    )


def _use_url(url: str | None) -> None:
    """Let this program and all that it starts use a list on a server."""
    if url:
        from queue_core.paths import URL_VARIABLE

        os.environ[URL_VARIABLE] = url


def _set_up_logging(*, debug: bool) -> None:
    words = "%(levelname)s %(name)s: %(message)s" if debug else "%(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(VisibleFormatter(words))
    level = logging.DEBUG if debug else logging.WARNING
    logging.basicConfig(level=level, handlers=[handler])


def _explain(error: Exception, *, debug: bool) -> int:
    """Say what is wrong and what to do next, on standard error; return the exit code."""
    import sqlite3
    import traceback

    from queue_core.errors import (
        EntityNotFoundError,
        JobNotFoundError,
        LocalFolderError,
        MonitorError,
    )

    if debug:
        write(sys.stderr, "".join(traceback.format_exception(error)), end="")
    hint = getattr(error, "hint", "")
    if isinstance(error, JobNotFoundError | EntityNotFoundError):
        code, sentence = ExitCode.NO_SUCH_JOB, str(error)
    elif isinstance(error, LocalFolderError):
        code, sentence = ExitCode.FOLDER_UNUSABLE, str(error)
    elif isinstance(error, MonitorError):
        code, sentence = ExitCode.WRONG_USAGE, str(error)
    elif isinstance(error, sqlite3.Error):
        code, sentence = ExitCode.FOLDER_UNUSABLE, f"A database cannot be used: {error}."
        hint = f"Look closer with: {PROGRAM} doctor"
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        code, sentence = ExitCode.FOLDER_UNUSABLE, f"{place}{error.strerror or error}."
    else:
        code, sentence = ExitCode.OUR_FAULT, f"The program has a fault: {error!r}."
        hint = "Run it again with --debug, and report what it prints."
    write(sys.stderr, f"{sentence}\n{hint}".rstrip())
    return code
