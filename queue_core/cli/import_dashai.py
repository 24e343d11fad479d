"""`dashai-monitor import-dashai`: copies the datasets of DashAI into the library."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from queue_core.cli.outcome import report_put
from queue_core.cli.output import clean
from queue_core.cli.queue_access import open_queue
from queue_core.cli.terminal import Terminal
from queue_core.errors import ParameterError
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.library.dashai import TheirDataset, their_datasets
from queue_core.paths import LocalFolder


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path,
        help="the folder that DashAI keeps its data in; else the local folder",
    )  # fmt: skip
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="only these datasets"
    )
    parser.add_argument("--list", action="store_true", help="list them, and import nothing")
    parser.add_argument(
        "--again", action="store_true", help="import also what is in the library already"
    )
    parser.add_argument("--wait", action="store_true", help="wait for the end, with progress")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Put one job for each dataset that is not in the library."""
    folder = LocalFolder.resolve().create()
    found = _chosen(their_datasets(folder, arguments.folder), arguments.only)
    if arguments.list:
        return _show(found, terminal)
    for dataset in found:
        if dataset.problem:
            terminal.note(f"{clean(dataset.name)} is left out. {dataset.problem}")
        elif dataset.is_here and not arguments.again:
            terminal.note(f"{clean(dataset.name)} is in the library already.")
    wanted = [d for d in found if not d.problem and (arguments.again or not d.is_here)]
    with open_queue() as queue:
        job_ids = [queue.put(import_job(dataset)) for dataset in wanted]
        if not job_ids and not terminal.json:
            terminal.note("There is nothing to import.")
        code = report_put(queue, job_ids, terminal, wait=arguments.wait)
    return 1 if any(dataset.problem for dataset in found) else code


def import_job(dataset: TheirDataset) -> DatasetJob:
    """Return the job that imports a dataset."""
    return DatasetJob(file_path=str(dataset.path), name=dataset.name)


def _chosen(found: Sequence[TheirDataset], names: Sequence[str]) -> Sequence[TheirDataset]:
    missing = [name for name in names if name not in {dataset.name for dataset in found}]
    if missing:
        raise ParameterError(
            f"DashAI has no dataset “{missing[0]}”.",
            hint="See what there is with: dashai-monitor import-dashai --list",
        )
    return [dataset for dataset in found if not names or dataset.name in names]


def _show(found: Sequence[TheirDataset], terminal: Terminal) -> int:
    if terminal.json:
        terminal.document(
            [
                {
                    "name": dataset.name, "path": str(dataset.path),
                    "rows": dataset.row_count, "columns": dataset.column_count,
                    "is_here": dataset.is_here, "problem": dataset.problem or None,
                }
                for dataset in found
            ]
        )  # fmt: skip
    elif found:
        rows = [
            (
                dataset.name,
                "" if dataset.row_count is None else f"{dataset.row_count:,}",
                "" if dataset.column_count is None else f"{dataset.column_count:,}",
                dataset.problem or ("in the library" if dataset.is_here else ""),
            )
            for dataset in found
        ]
        terminal.table(("NAME", "ROWS", "COLUMNS", ""), rows)
    else:
        terminal.note("DashAI has no datasets.")
    return 0
