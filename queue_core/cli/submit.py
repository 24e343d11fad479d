"""`dashai-monitor submit`: puts jobs on the queue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from queue_core.cli.job_options import add_job_options, job_options
from queue_core.cli.outcome import report_put
from queue_core.cli.output import clean
from queue_core.cli.parameters import (
    add_parameter_option,
    merged,
    parse_pairs,
    read_parameters,
    with_component,
)
from queue_core.cli.queue_access import open_queue
from queue_core.cli.terminal import Terminal
from queue_core.errors import ParameterError
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.jobs.registry import get_job_type

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

TYPE_WITH_FILES: Final = "dataset"
# Under which of these a dataset job's parameters may name its file themselves.
FILE_KEYS: Final = ("file_path", "path", "url")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    known = ", ".join(BUILT_IN)
    parser.add_argument(
        "type",
        metavar="TYPE",
        help=f"{known}, or one of an installed package; its parameters are listed by: "
        "dashai-monitor components job TYPE",
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="data files or folders of them, for the type dataset",
    )
    add_job_arguments(parser)
    parser.add_argument("--wait", action="store_true", help="wait for the end, with progress")
    add_job_options(parser)


def add_job_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what a job is made from, besides its type and files."""
    parser.add_argument("--name", help="what the job and its result are called")
    add_parameter_option(parser)
    parser.add_argument("--params", metavar="FILE.json", help="parameters; - is standard input")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Put one job, or one for each file; with --wait the exit code tells how they ended."""
    jobs = make_jobs(arguments, terminal)
    with open_queue() as queue:
        options = job_options(arguments, queue)
        job_ids = [queue.put(job, options) for job in jobs]
        return report_put(queue, job_ids, terminal, wait=arguments.wait)


def make_jobs(arguments: argparse.Namespace, terminal: Terminal) -> list[BaseJob]:
    """Return the jobs that are asked for; nothing is stored yet.

    Raises:
        ParameterError: There is no such type, a file does not exist, or a parameter is wrong.
    """
    job_type = get_job_type(arguments.type)
    schema, given = job_type.parameters, read_parameters(arguments.params)
    params = merged(given, parse_pairs(arguments.pairs, schema))
    if schema is not None and arguments.pairs:
        # Once it is known which model is meant, so are the types of its parameters.
        params = merged(given, parse_pairs(arguments.pairs, with_component(schema, params)))
    named = {"name": arguments.name} if arguments.name else {}
    if job_type.name != TYPE_WITH_FILES:
        if arguments.files:
            raise ParameterError(
                f"A job of the type {job_type.name} takes no files.",
                hint="Give its parameters with -p key=value.",
            )
        return [job_type.make({**params, **named})]
    if not arguments.files:
        if not any(params.get(key) for key in FILE_KEYS):
            raise ParameterError(
                "No file was named.", hint="dashai-monitor submit dataset FILE [FILE ...]"
            )
        return [job_type.make({**params, **named})]
    files = _files(arguments.files, terminal)
    if len(files) > 1 and named:
        raise ParameterError(
            f"{len(files)} files cannot have one name.",
            hint="Leave --name out, or submit them one by one.",
        )
    return [job_type.make({**params, **named, "file_path": str(path)}) for path in files]


def _files(names: Sequence[str], terminal: Terminal) -> Sequence[Path]:
    """Return the files that are meant; a folder stands for the data files in it.

    Raises:
        ParameterError: A file does not exist, or a folder holds no data.
    """
    from queue_core.components.loaders.files.expansion import expand_paths

    paths = [Path(name).expanduser().absolute() for name in names]
    for name, path in zip(names, paths, strict=True):
        if not path.exists():
            raise ParameterError(f"There is no file {name}.", hint="Check the name and the folder.")
    expanded = expand_paths(paths)
    for skipped in expanded.skipped:
        terminal.note(f"Left out: {clean(str(skipped.path))} ({skipped.reason}).")
    if not expanded.files:
        raise ParameterError(
            f"There is no data file in {', '.join(names)}.", hint="Name the files one by one."
        )
    return expanded.files
