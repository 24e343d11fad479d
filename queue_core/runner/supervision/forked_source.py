"""Forks children from the template, and starts them one by one where that does not work."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from queue_core.runner import process_tree
from queue_core.runner.supervision import poll_link, template_client
from queue_core.runner.supervision.link import Link
from queue_core.runner.supervision.spawned_source import SpawnedSource
from queue_core.runner.supervision.starting import ChildStartError

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

logger = logging.getLogger(__name__)

# After so many templates in a row that ended without a child, each child is started by itself;
# after a while the template is tried again.
_TRIES = 3
_TRY_AGAIN_S = 60.0


class ForkedProcess:
    """A process that was forked from the template; see `ProcessHandle`."""

    def __init__(
        self, template: template_client.TemplateClient, pid: int, descriptor: int, generation: int
    ) -> None:
        self._template = template
        self.pid = pid
        self.started_with: Mapping[str, str] | None = template.environment
        self.end_descriptor = descriptor
        self.generation = generation
        self._lock = threading.Lock()
        self._is_reaped = False
        self._code: int | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the template is gone."""
        return self._template.is_gone

    def has_ended(self) -> bool:
        """Return whether it runs no more."""
        if self._is_reaped or self.end_descriptor < 0:
            return True
        poll = select.poll()
        poll.register(self.end_descriptor, select.POLLIN)
        return bool(poll.poll(0))

    def exit_code(self) -> int | None:
        """Return how it ended; None where the template was gone before it could say."""
        with self._lock:
            if not self._is_reaped and self.has_ended():
                self._code = self._template.reap(self.pid)
                self._is_reaped = True
            return self._code

    def sweep(self) -> None:
        """Let the template end what this process has left to it."""
        self._template.sweep()

    def close(self) -> None:
        """Give back the descriptor."""
        if self.end_descriptor >= 0:
            os.close(self.end_descriptor)
            self.end_descriptor = -1


class ForkedSource:
    """Forks children from a template; see `ProcessSource`.

    Args:
        libraries: What is loaded ahead.
        folder: The local folder.
        nice: How much lower than the program's the priority of the children is.
        on_change: Called when spares are worth replacing: all is loaded, or the template is gone.
        on_template: Called with a new template's pid and True, and with False when it is gone.
    """

    def __init__(
        self, libraries: Sequence[str], folder: Path, nice: int, *,
        on_change: Callable[[], None], on_template: Callable[[int, bool], None],
    ) -> None:  # fmt: skip
        self._libraries = tuple(libraries)
        self._folder, self._nice = folder, nice
        self._on_change, self._on_template = on_change, on_template
        self._spawned = SpawnedSource(libraries, folder, nice)
        self._lock = threading.Lock()
        self._template: template_client.TemplateClient | None = None
        self._forked: dict[int, template_client.TemplateClient] = {}
        self._failures = 0
        self._try_again_at = 0.0
        self._is_stopping = False
        self._generation = 0

    @property
    def generation(self) -> int:
        """Counts the changes after which a new child is better than an old one."""
        return self._generation

    @property
    def template(self) -> template_client.TemplateClient | None:
        """The template that runs now."""
        template = self._template
        return None if template is None or template.is_gone else template

    def start(self, environment: Mapping[str, str]) -> Link:
        """Return the link to a new process; see `ProcessSource`."""
        if time.monotonic() < self._try_again_at:
            return self._spawned.start(environment)
        try:
            link = poll_link.open_link(lambda ends: self._fork(ends, environment))
        except template_client.TemplateGoneError as error:
            self._count_failure(error)
            raise
        self._failures = 0
        return link

    def forget(self, pid: int) -> None:
        """Note that a child is gone."""
        with self._lock:
            self._forked.pop(pid, None)

    def stop(self) -> None:
        """End the template; nothing is started any more."""
        with self._lock:
            self._is_stopping = True
            template = self._template
        if template is not None:
            template.stop()

    def _count_failure(self, error: template_client.TemplateGoneError) -> None:
        self._failures += 1
        if self._failures >= _TRIES and not self._is_stopping:
            self._failures = 0
            self._try_again_at = time.monotonic() + _TRY_AGAIN_S
            logger.warning(
                "Worker processes are started one by one for a while, which takes longer: %s",
                error.message,
            )

    def _fork(self, ends: poll_link.ChildEnds, environment: Mapping[str, str]) -> ForkedProcess:
        template = self._living_template(environment)
        generation = self._generation
        pid = template.fork((ends.connection, ends.output, ends.errors, ends.records))
        try:
            descriptor = os.pidfd_open(pid)
        except OSError as error:
            self._end_unwatched(template, pid)
            raise ChildStartError(
                "A worker process could not be watched: too many files are open.",
                hint="Close other programs; the job waits and is tried again.",
            ) from error
        with self._lock:
            self._forked[pid] = template
        if template.is_gone:
            self._end_children_of(template)
        return ForkedProcess(template, pid, descriptor, generation)

    def _living_template(self, environment: Mapping[str, str]) -> template_client.TemplateClient:
        with self._lock:
            if self._is_stopping:
                raise ChildStartError("The queue stops.")
            if self._template is None or self._template.is_gone:
                self._template = template_client.TemplateClient(
                    self._libraries, self._folder, self._nice, environment,
                    on_loaded=self._note_loaded, on_gone=self._note_gone,
                )  # fmt: skip
                self._on_template(self._template.pid, True)
            return self._template

    def _end_unwatched(self, template: template_client.TemplateClient, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)  # nobody has waited for it yet, so the number is still its own
        template_client.wait_until_gone(
            lambda: template.reap(pid) is not None or template.is_gone, 1.0
        )

    def _note_loaded(self) -> None:
        self._generation += 1
        self._on_change()

    def _note_gone(self, template: template_client.TemplateClient) -> None:
        self._generation += 1
        self._on_template(template.pid, False)
        if not self._is_stopping:
            logger.warning("%s It is started again.", template.why_gone().message)
        self._end_children_of(template)
        self._on_change()

    def _end_children_of(self, template: template_client.TemplateClient) -> None:
        """End the children of a template that is gone: nobody could say how they end."""
        with self._lock:
            pids = [pid for pid, parent in self._forked.items() if parent is template]
        for pid in pids:
            process_tree.kill_tree(pid, patience_s=1.0)
