"""The cluster's commands, here or on a login node."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import slurm_stand_in

from queue_core.places import commands
from queue_core.places.commands import Commands
from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import PlaceRefusedError, PlaceUnreachableError, Stage
from queue_core.places.slurm import Slurm


@pytest.fixture
def login(tmp_path: Path) -> Commands:
    """Commands by way of what takes them apart as `ssh HOST` does."""
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nshift\n[ "$1" = away ] && exit 255\nexec sh -c "$*"\n')
    ssh.chmod(0o755)
    return Commands((str(ssh), "host"))


def test_an_argument_arrives_whole_at_the_other_end(login: Commands) -> None:
    odd = "a b; echo $HOME `id` 'x' \"y\" *"
    assert login.run("printf", "%s|", odd, "second") == f"{odd}|second|"
    assert login.run("cat", given="script\n") == "script\n"


@pytest.mark.parametrize("prefixed", [False, True])
def test_a_refusal_is_told_from_silence(
    login: Commands, prefixed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = login if prefixed else Commands()
    with pytest.raises(PlaceRefusedError, match="sh: invalid partition"):
        runs.run("sh", "-c", "echo invalid  partition >&2; exit 1")
    with pytest.raises(PlaceUnreachableError, match="Unable to contact slurm controller"):
        runs.run("sh", "-c", "echo Unable to contact slurm controller >&2; exit 1")
    with pytest.raises(PlaceUnreachableError):
        runs.run("away" if prefixed else "no-such-command")
    monkeypatch.setattr(commands, "_PATIENCE_S", 0.2)
    with pytest.raises(PlaceUnreachableError, match="has not answered"):
        runs.run("sleep", "60")


def test_a_cluster_is_asked_for_thousands_of_jobs_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_folder = slurm_stand_in.install(tmp_path)
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    place = Slurm(
        PlaceConfig(name="slurm:x", kind="slurm", storage=str(tmp_path), node_storage="/x")
    )
    handles = [f"dm-{number:064}-1" for number in range(2_500)]
    seen = place.look(handles)
    assert list(seen) == handles
    assert {sighting.stage for sighting in seen.values()} == {Stage.UNKNOWN}
