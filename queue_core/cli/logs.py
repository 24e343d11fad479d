"""`dashai-monitor logs`: what a job has written, and follows it while it runs."""

from __future__ import annotations

import argparse
import logging
import threading
from typing import TYPE_CHECKING, Any, Final

from queue_core.cli.queue_access import find_job, open_queue
from queue_core.cli.terminal import Terminal
from queue_core.queue.plain_data import line_to_json
from queue_core.queue.values import LogLine

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

LOOK_S: Final = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("id", metavar="ID", help="a job's id, or its beginning")
    parser.add_argument("-f", "--follow", action="store_true", help="go on until the job ends")
    parser.add_argument("-n", "--lines", type=int, metavar="N", help="only the last N lines")
    parser.add_argument("-t", "--times", action="store_true", help="show when each was written")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the log; with --json as an array, when the job has ended if it is followed."""
    with open_queue() as queue:
        job_id = find_job(queue, arguments.id).id
        printer = LogPrinter(terminal, times=arguments.times)
        lines = list(queue.logs(job_id, limit=arguments.lines))
        printer.print(lines)
        if arguments.follow:
            lines += _follow(queue, job_id, lines[-1].number if lines else 0, printer)
    if terminal.json:
        terminal.document([line_to_json(line) for line in lines])
    return 0


def _follow(queue: HueyJobQueue, job_id: str, after: int, printer: LogPrinter) -> list[LogLine]:
    """Print new lines until the job has ended and its last line is there."""
    news = threading.Event()
    unsubscribe = queue.subscribe(news.set)
    found: list[LogLine] = []
    try:
        while True:
            has_ended = queue.get(job_id).status.is_final  # before the read, not after
            new = queue.logs(job_id, after=after)
            printer.print(new)
            found.extend(new)
            after = new[-1].number if new else after
            if has_ended:
                return found
            news.wait(LOOK_S)  # the log's growth is no change of the table
            news.clear()
    finally:
        unsubscribe()


class LogPrinter:
    """Prints lines as they come."""

    def __init__(self, terminal: Terminal, *, times: bool) -> None:
        self._terminal = terminal
        self._times = times
        self._attempt = 1

    def print(self, lines: Any) -> None:
        """Print lines; nothing where a JSON document is wanted."""
        if self._terminal.json:
            return
        for line in lines:
            if line.attempt != self._attempt:
                self._terminal.line(f"--- attempt {line.attempt} ---")
                self._attempt = line.attempt
            self._terminal.line(self._format(line))

    def _format(self, line: LogLine) -> str:
        text = line.text
        if line.level >= logging.ERROR:
            text = self._terminal.paint(text, "red")
        elif line.level >= logging.WARNING:
            text = self._terminal.paint(text, "yellow")
        return f"{line.time.astimezone():%H:%M:%S}  {text}" if self._times else text
