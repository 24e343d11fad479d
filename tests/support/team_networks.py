"""Three machines, each in a network of its own, with one list: one is cut off for a minute.

    .venv/bin/python tests/support/team_networks.py [--jobs N]     (root, iproute2, PostgreSQL)

Meanwhile one program is killed and the server goes down as in a crash.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server_fixtures import Server
from team_storm import Workers, storm

from queue_core.paths import URL_VARIABLE

BRIDGE, NETWORK = "team-br", "10.77.0"
CUT_S = 60.0


def ip(*arguments: str, must: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=must, capture_output=True)


@contextmanager
def machines(count: int) -> Iterator[list[str]]:
    """Make networks that reach the server over a bridge; their names are given out."""
    names = [f"team-{number}" for number in range(count)]
    ip("link", "add", BRIDGE, "type", "bridge")
    try:
        ip("addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for number, name in enumerate(names):
            ip("netns", "add", name)
            ip("link", "add", f"{name}-o", "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", f"{name}-o", "master", BRIDGE, "up")
            ip("-n", name, "addr", "add", f"{NETWORK}.{number + 10}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield names
    finally:
        for name in names:
            ip("netns", "del", name, must=False)
        ip("link", "del", BRIDGE, must=False)


class Machines(Workers):
    """Workers of which each has a network of its own."""

    def __init__(self, names: list[str], root: Path, url: str, workers: int) -> None:
        self._names = list(names)
        super().__init__(root, url, len(names), workers)

    def prefix(self) -> list[str]:
        """Return what is put before the command of a program."""
        name = self._names.pop(0)
        self._names.append(name)
        return ["ip", "netns", "exec", name]


def cut(name: str) -> None:
    """Cut a machine off, without a word to anybody, and let it come back later."""
    ip("link", "set", f"{name}-o", "down")
    back = threading.Timer(CUT_S, ip, ("link", "set", f"{name}-o", "up"))
    back.daemon = True
    back.start()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=10_000)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    with machines(3) as names:
        server = Server(folder, address=f"{NETWORK}.1")
        server.start()
        url = f"postgresql://tester@{NETWORK}.1:{server.port}/postgres?schema=networks"
        os.environ[URL_VARIABLE] = url

        def crash(_: Workers) -> None:
            server.stop("immediate")
            server.start()

        root = Path(tempfile.mkdtemp(prefix="networks-"))
        try:
            print(storm(
                root, url, jobs=given.jobs, programs=3, workers=2, patience_s=3600.0,
                disturb=[Workers.kill_one, lambda _: cut(names[2]), crash],
                crowd=lambda: Machines(names, root, url, 2),
            ), flush=True)  # fmt: skip
        finally:
            server.stop()


if __name__ == "__main__":
    main()
