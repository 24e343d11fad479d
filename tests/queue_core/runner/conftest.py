"""A supervisor for each way in which children are made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from runner_checks import Bench, bench

from queue_core.paths import LocalFolder
from queue_core.system.choice import PORTABLE_VARIABLE, is_portable

FORKED, SPAWNED = "forked", "spawned"


@pytest.fixture(params=[FORKED, SPAWNED])
def twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How children are made."""
    name: str = request.param
    if name == SPAWNED:
        monkeypatch.setenv(PORTABLE_VARIABLE, "1")
    elif is_portable():
        pytest.skip("only Linux forks children from a template")
    return name


@pytest.fixture
def runner(twin: str, local_folder: LocalFolder) -> Iterator[Bench]:
    """A supervisor that makes children in either way."""
    del twin
    with bench(local_folder) as made:
        yield made


@pytest.fixture
def forking(local_folder: LocalFolder) -> Iterator[Bench]:
    """A supervisor that forks children."""
    if is_portable():
        pytest.skip("only Linux forks children from a template")
    with bench(local_folder) as made:
        yield made
