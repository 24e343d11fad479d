"""A queue with a real cluster behind it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from real_ray import RealRay, ray_program
from real_slurm import RealSlurm, is_there

from queue_core.paths import LocalFolder

# A program that runs jobs, to be killed. It waits less long for words that will not come.
PROGRAM = """
import dataclasses, sys, time
from queue_core import HueyJobQueue
from queue_core.queue.configuration import engine_options
from queue_core.settings import Settings
queue = HueyJobQueue(sys.argv[1])
options = engine_options(Settings.load(queue.folder.settings))
queue.start(1, dataclasses.replace(options, lost_after_s=float(sys.argv[2]), preload=()))
print("runs", flush=True)
while True:
    time.sleep(1)
"""


@dataclass
class Cluster:
    """A cluster and the folder of a queue that names it.

    Attributes:
        engine: The real thing.
        folder: The queue's folder.
        storage: What both share.
    """

    engine: RealSlurm | RealRay
    folder: LocalFolder
    storage: Path

    def program(self, lost_after_s: float = 90.0) -> subprocess.Popen[str]:
        """Start a program that runs jobs."""
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(self.folder.root), str(lost_after_s)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "runs\n"
        return process

    def agents(self) -> list[psutil.Process]:
        """Return what runs jobs there."""
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if "queue_core.places.node" in (process.info["cmdline"] or ())
            and str(self.storage) in " ".join(process.info["cmdline"])
        ]


@pytest.fixture
def make_cluster(local_folder: LocalFolder, tmp_path: Path) -> Iterator[Callable[[str], Cluster]]:
    """Make a cluster of this kind; skip the test where it is not installed."""
    made: list[RealSlurm | RealRay] = []

    def make(kind: str) -> Cluster:
        storage = tmp_path / "storage"
        more = ""
        if kind == "slurm":
            if not is_there():
                pytest.skip("SLURM is not installed, or this is not root")
            made.append(RealSlurm(tmp_path / "slurm"))
        else:
            if ray_program() is None:
                pytest.skip("Ray is not installed in build/ray")
            ray = RealRay(tmp_path / "ray")
            made.append(ray)
            more = f'url = "{ray.url}"\ntoken_file = "{ray.token_file}"\n'
        local_folder.create().settings.write_text(
            f'[places.test]\nkind = "{kind}"\nstorage = "{storage}"\n'
            f'python = "{sys.executable}"\n{more}'
        )
        return Cluster(made[-1], local_folder, storage)

    yield make
    for engine in made:
        engine.stop()
