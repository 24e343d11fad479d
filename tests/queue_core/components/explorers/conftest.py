from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from queue_core.artifacts.draft import Draft
from queue_core.artifacts.kinds import ArtifactKind
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.explorers.exploring.run_explorer import explore
from queue_core.components.stored_dataset import StoredDataset

Store = Callable[..., StoredDataset]
Explore = Callable[..., dict[str, Any]]

SAMPLES = Path(__file__).parents[4] / "resources" / "samples"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Stores a frame as a dataset, once per module and name."""
    known: dict[str, StoredDataset] = {}

    def make(name: str, frame: pd.DataFrame) -> StoredDataset:
        if name not in known:
            path = tmp_path_factory.mktemp("datasets") / "1"
            known[name] = write_dataset(path, frame)
        return known[name]

    return make


@pytest.fixture(scope="module")
def penguins(store: Store) -> StoredDataset:
    """344 penguins with missing values."""
    return store("penguins", pd.read_csv(SAMPLES / "penguins.csv"))


@pytest.fixture(scope="module")
def weather(store: Store) -> StoredDataset:
    """Four years of days in Seattle."""
    import vega_datasets

    path = Path(vega_datasets.__file__).parent / "_data" / "seattle-weather.csv"
    return store("weather", pd.read_csv(path, parse_dates=["date"]))


@pytest.fixture
def run(tmp_path: Path) -> Explore:
    """Runs an explorer and returns what it found by name."""

    def do(explorer: str, dataset: StoredDataset, *columns: str, **options: Any) -> dict[str, Any]:
        params = {k: v for k, v in options.items() if k not in {"seed", "name", "progress"}}
        drafts = explore(
            explorer,
            dataset,
            columns=columns,
            params=params,
            seed=options.get("seed", 0),
            name=options.get("name", "data"),
            progress=options.get("progress"),
            spill_folder=tmp_path,
        )
        return by_name(drafts)

    return do


def by_name(drafts: list[Draft]) -> dict[str, Any]:
    """Return the contents of drafts by name, a figure's with its title behind a second one."""
    found: dict[str, Any] = {}
    for draft in drafts:
        key = draft.name
        while key in found:
            key += "+"
        found[key] = draft.content
        if draft.kind is ArtifactKind.FIGURE:
            assert draft.title
    return found
