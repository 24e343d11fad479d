"""A queue with a place: SLURM's commands as a stand-in, which really runs what it is given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
import slurm_stand_in

from queue_core import HueyJobQueue
from queue_core.paths import LocalFolder
from queue_core.queue.configuration import engine_options
from queue_core.queue.engine import away_job, away_place
from queue_core.queue.values import JobOptions
from queue_core.settings import Settings

HERE = JobOptions(place="slurm:test", cores=1)


@dataclass
class Cluster:
    """A stand-in and a queue's folder that names it.

    Attributes:
        folder: The queue's folder.
        storage: What both share.
        state: What the stand-in knows; see there.
    """

    folder: LocalFolder
    storage: Path
    state: Path

    def open(self) -> HueyJobQueue:
        """Return a queue that runs jobs there."""
        options = engine_options(Settings.load(self.folder.settings))
        queue = HueyJobQueue(self.folder.root)
        return queue.start(1, replace(options, lost_after_s=0.8, preload=()))

    def submissions(self) -> int:
        """Return how often something was handed over."""
        return len(list(self.state.glob("*.job")))

    def agents(self) -> list[psutil.Process]:
        """Return what runs jobs there."""
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if "queue_core.places.node" in (process.info["cmdline"] or ())
            and str(self.storage) in " ".join(process.info["cmdline"])
        ]


@pytest.fixture
def cluster(
    local_folder: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    until: Callable[[Callable[[], bool]], None],
) -> Iterator[Cluster]:  # fmt: skip
    """A place with four cores, named in the settings."""
    monkeypatch.setattr(away_place, "_LOOK_S", 0.3)
    monkeypatch.setattr(away_job, "_STOP_SETTLES_S", 0.5)
    commands = slurm_stand_in.install(tmp_path / "cluster", cores=4)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    storage = tmp_path / "storage"
    local_folder.create().settings.write_text(
        f'[places.test]\nkind = "slurm"\nstorage = "file://{storage}"\n'
        f'python = "{sys.executable}"\n'
    )
    found = Cluster(local_folder, storage, commands / "state")
    yield found
    for agent in found.agents():
        agent.kill()
    until(lambda: not found.agents())


@pytest.fixture
def away(cluster: Cluster) -> Iterator[HueyJobQueue]:
    """A queue that runs jobs at the place."""
    queue = cluster.open()
    yield queue
    queue.close()
