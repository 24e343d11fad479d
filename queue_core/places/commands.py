"""Runs the commands of a cluster, here or on its login node."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from typing import Final

from queue_core.places.contract import PlaceRefusedError, PlaceUnreachableError

_PATIENCE_S: Final = 20.0
_SSH_FAILED: Final = 255
# Windows would show a console for each.
_NO_WINDOW: Final[int] = getattr(subprocess, "CREATE_NO_WINDOW", 0)
# What says that nobody answers, and not that the order was refused.
_UNREACHABLE: Final = (
    "unable to contact", "connection refused", "connection timed out", "socket timed out",
    "communication", "could not resolve", "zero bytes were transmitted", "munge",
)  # fmt: skip


class Commands:
    """Runs one command after another, each within a bounded time.

    Args:
        prefix: What is put before each, e.g. `("ssh", "login")`; the rest is then one argument,
            for the shell at the other end takes it apart again.
    """

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        self._prefix = tuple(prefix)

    def run(self, *command: str, given: str = "") -> str:
        """Run a command and return what it prints.

        Args:
            command: The program and its arguments.
            given: Its standard input.

        Raises:
            PlaceUnreachableError: It could not be run, nobody answered, or not in time.
            PlaceRefusedError: It says that it will not.
        """
        whole = [*self._prefix, shlex.join(command)] if self._prefix else list(command)
        try:
            done = subprocess.run(
                whole, input=given, capture_output=True, text=True, errors="backslashreplace",
                timeout=_PATIENCE_S, check=False, start_new_session=True,
                creationflags=_NO_WINDOW,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise PlaceUnreachableError(
                f"{command[0]} has not answered within {_PATIENCE_S:.0f} s."
            ) from error
        except OSError as error:
            raise PlaceUnreachableError(
                f"{whole[0]} cannot be run: {error.strerror or error}.",
                hint="Install the cluster's commands here, or name a login node as `command`.",
            ) from error
        if done.returncode == 0:
            return done.stdout
        said = " ".join((done.stderr or done.stdout).split()) or f"exit code {done.returncode}"
        is_away = done.returncode == _SSH_FAILED and bool(self._prefix)
        if is_away or done.returncode == 127 or any(w in said.lower() for w in _UNREACHABLE):
            raise PlaceUnreachableError(f"{command[0]}: {said[:500]}")
        raise PlaceRefusedError(f"{command[0]}: {said[:500]}")
