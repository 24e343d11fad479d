"""Real and made tables for the tests of models, and a short way to train on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets

from queue_core.components.dataset_writer import write_dataset
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting.training_progress import (
    Hooks,
    Progress,
    TrialRecord,
)
from queue_core.components.models.training.preparation.problem import read_problem
from queue_core.components.models.training.runs.trainer import train
from queue_core.components.models.training.session.specs import (
    RunSpec,
    SessionSpec,
    search_from_json,
)
from queue_core.components.stored_dataset import StoredDataset


def iris() -> pd.DataFrame:
    """150 flowers of three kinds."""
    loaded = datasets.load_iris(as_frame=True)
    return loaded.frame.assign(target=loaded.target_names[loaded.target])


def breast_cancer() -> pd.DataFrame:
    """569 tumours of two kinds."""
    return datasets.load_breast_cancer(as_frame=True).frame


def diabetes() -> pd.DataFrame:
    """442 patients and how their illness went on."""
    return datasets.load_diabetes(as_frame=True).frame


def mixed(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """A table with everything that real ones have: gaps, words, dates, nothing, one value."""
    random = np.random.default_rng(seed)
    age = random.normal(40, 12, rows).round(1)
    city = random.choice(["Oslo", "Zürich", "東京", "São Paulo"], rows)
    visits = random.poisson(4, rows)
    frame = pd.DataFrame(
        {
            "âge": np.where(random.random(rows) < 0.1, np.nan, age),
            "city": np.where(random.random(rows) < 0.1, None, city),
            "visits": visits,
            "member": random.random(rows) < 0.5,
            "since": pd.Timestamp(2020, 1, 1) + pd.to_timedelta(random.integers(0, 900, rows), "D"),
            "nothing": np.full(rows, np.nan),
            "always": "same",
        }
    )
    score = age / 10 + visits + 3 * (city == "Oslo") + random.normal(0, 0.5, rows)
    frame["amount"] = score - score.min() + 1.0
    frame["level"] = pd.cut(score, [-99, 7, 10, 99], labels=["low", "middle", "high"]).astype(str)
    frame["yes"] = np.where(score > np.median(score), "yes", "no")
    return frame


def sentences(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    """Short texts of two kinds."""
    random = np.random.default_rng(seed)
    good = ["lovely", "great", "warm", "kind", "bright"]
    bad = ["awful", "cold", "rude", "dark", "broken"]
    kind = random.random(rows) < 0.5
    words = [random.choice(good if k else bad, 2) for k in kind]
    texts = [f"the room was {room} and the staff {staff}" for room, staff in words]
    return pd.DataFrame({"text": texts, "mood": np.where(kind, "happy", "cross")})


def monthly(rows: int = 120) -> pd.DataFrame:
    """A series of months with a trend and a season."""
    place = np.arange(rows)
    values = 10 + 0.1 * place + 3 * np.sin(place * 2 * np.pi / 12)
    noise = np.random.default_rng(0).normal(0, 0.2, rows)
    when = pd.date_range("2010-01-01", periods=rows, freq="MS")
    return pd.DataFrame({"when": when, "y": values + noise})


@dataclass
class Heard:
    """What a training told."""

    progress: list[tuple[float | None, str]] = field(default_factory=list)
    measures: list[tuple[str, str, int | None, int | None, float | None]] = field(
        default_factory=list
    )
    trials: list[TrialRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def hooks(self) -> Hooks:
        """Return what a training tells."""
        return Hooks(
            progress=Progress(lambda fraction, message: self.progress.append((fraction, message))),
            on_measure=lambda *measure: self.measures.append(measure),
            on_trial=self.trials.append,
            warn=self.warnings.append,
        )


def train_on(
    folder: Path,
    frame: pd.DataFrame,
    model: str,
    *,
    task: str,
    output: str | None = None,
    params: Mapping[str, Any] | None = None,
    search: Mapping[str, Any] | None = None,
    learning_curve: bool = False,
    heard: Heard | None = None,
    **session: Any,
) -> Trained:
    """Store a table below *folder* and train a model on it."""
    path = folder / "dataset"
    stored = StoredDataset(path) if path.exists() else write_dataset(path, frame)
    spec = SessionSpec.from_json(
        task=task,
        input_columns=session.pop("input_columns", ()),
        output_columns=[output] if output else [],
        **session,
    )
    heard = heard or Heard()
    problem = read_problem(stored, spec, heard.warnings.append)
    run = RunSpec(
        model=model,
        params=dict(params or {}),
        search=search_from_json(search),
        learning_curve=learning_curve,
    )
    return train(
        problem, run, heard.hooks(), journal=folder / "journal", data_hash=stored.data_hash
    )
