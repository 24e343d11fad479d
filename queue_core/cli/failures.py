"""`dashai-monitor failures`: what failed, folded by what it failed of."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from queue_core.cli.outcome import report_put
from queue_core.cli.output import clean
from queue_core.cli.queue_access import open_queue
from queue_core.cli.terminal import Terminal, format_time
from queue_core.errors import ParameterError
from queue_core.queue.plain_data import plain
from queue_core.queue.values import FailureGroup, FailureState

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

ACTIONS: Final = ("list", "retry", "ignore", "restore")
SHORT_NAME: Final = 8
HEADER: Final = ("FAILURE", "STATE", "TIMES", "LAST SEEN", "FIRST SEEN", "WHERE", "ERROR")
_COLORS: Final = {
    FailureState.OPEN: "red", FailureState.SOLVED: "green", FailureState.IGNORED: "grey",
}  # fmt: skip
_WORDS: Final = {
    FailureState.OPEN: "unsolved", FailureState.SOLVED: "solved", FailureState.IGNORED: "ignored",
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=ACTIONS, nargs="?", default="list",
        help="list them, try all jobs of some again (retry), leave some out (ignore), "
        "or take those in again (restore)",
    )  # fmt: skip
    parser.add_argument("names", metavar="FAILURE", nargs="*", help="as listed; its beginning")
    parser.add_argument("--all", action="store_true", help="list solved and ignored ones as well")
    parser.add_argument("--wait", action="store_true", help="with retry: wait for the end")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List, retry, ignore or restore."""
    with open_queue() as queue:
        groups = queue.failures()
        if arguments.action == "list" and not arguments.names:
            _print(groups, terminal, everything=arguments.all)
            return 0
        chosen = _chosen(groups, arguments.names)
        if arguments.action == "retry":
            return _retry(queue, chosen, terminal, wait=arguments.wait)
        if arguments.action in ("ignore", "restore"):
            names = [group.fingerprint for group in chosen]
            queue.ignore_failures(names, ignored=arguments.action == "ignore")
            kept = {group.fingerprint: group for group in queue.failures()}
            chosen = [kept[name] for name in names if name in kept]
    _print(chosen, terminal, everything=True)
    return 0


def _retry(
    queue: HueyJobQueue, groups: Sequence[FailureGroup], terminal: Terminal, *, wait: bool
) -> int:
    ids = [
        job_id
        for group in groups
        for job_id in queue.failed_ids(group.fingerprint, to_retry=True)
    ]  # fmt: skip
    if not ids:
        terminal.note("Each of these jobs has been tried again already.")
    retried = queue.retry_all(ids)
    code = report_put(queue, retried.ids, terminal, wait=wait)
    if retried.error is not None:
        raise retried.error
    return code


def _chosen(groups: Sequence[FailureGroup], names: Sequence[str]) -> list[FailureGroup]:
    """Return the named groups.

    Raises:
        ParameterError: None is named, or a name is that of none or of several.
    """
    if not names:
        raise ParameterError(
            "No failure is named.", hint="List their names with: dashai-monitor failures --all"
        )
    return [_one(groups, name) for name in names]


def _one(groups: Sequence[FailureGroup], name: str) -> FailureGroup:
    found = [group for group in groups if name and group.fingerprint.startswith(name)]
    if len(found) != 1:
        raise ParameterError(
            f"{len(found) or 'No'} failures have a name that begins with “{clean(name)}”.",
            hint="List their names with: dashai-monitor failures --all",
        )
    return found[0]


def _print(groups: Sequence[FailureGroup], terminal: Terminal, *, everything: bool) -> None:
    shown = [group for group in groups if everything or group.state is FailureState.OPEN]
    if terminal.json:
        terminal.document([plain(group) for group in shown])
        return
    if not shown:
        left = len(groups)
        more = f" {left} more with: dashai-monitor failures --all" if left else ""
        terminal.note(f"Nothing that failed is unsolved.{more}")
        return
    terminal.table(
        HEADER, [_row(group) for group in shown], colors=[_COLORS[group.state] for group in shown]
    )
    terminal.note("Try all jobs of one again with: dashai-monitor failures retry FAILURE")


def _row(group: FailureGroup) -> tuple[str, ...]:
    count = str(group.count)
    if group.state is FailureState.OPEN and group.open_count < group.count:
        count = f"{group.open_count} of {group.count}"
    return (
        group.fingerprint[:SHORT_NAME], _WORDS[group.state], count, format_time(group.last_seen),
        format_time(group.first_seen), group.place, group.message.partition("\n")[0],
    )  # fmt: skip
