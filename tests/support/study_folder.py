"""Fills a local folder with a real study: files are loaded, looked at, changed, learned from.

Unlike `seeded_folder`, all of it is done by jobs that run; it takes about half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from queue_core import connect
from queue_core.client.client import Client
from queue_core.client.job import Job

SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "penguins.csv"
MODELS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("RandomForestClassifier", {"n_estimators": 200}),
    ("RandomForestClassifier", {"n_estimators": 50, "max_depth": 3}),
    ("LogisticRegression", {}),
    ("DecisionTreeClassifier", {"max_depth": 4}),
)
EXPLORERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("describe", {}),
    ("correlation", {}),
    ("distribution", {"columns": ["bill_length_mm", "species"]}),
)
BROKEN = "station;day;rain\n" + "\n".join(
    f"{n};2026-03-{n:02};{n / 4}" + (";late" if n == 7 else "") for n in range(1, 29)
)


def make_study(root: Path, files: Path) -> None:
    """Run a study of the sample in *root*; files that it needs are written to *files*."""
    broken = files / "weather_stations.csv"
    broken.write_text(BROKEN, encoding="utf-8")
    with connect(root) as client:
        penguins = _done(client, "dataset", str(SAMPLE))
        _done(client, "dataset", str(broken))
        for explorer, params in EXPLORERS:
            _done(client, "explorer", dataset_id=penguins.result["id"], explorer=explorer, **params)
        runs = _train(client, penguins.result["id"])
        _done(client, "explainer", run_id=runs[0], explainer="shap_summary")
        _done(client, "explainer", run_id=runs[0], explainer="permutation_importance")
        _done(client, "predict", run_id=runs[0], dataset_id=penguins.result["id"])


def _train(client: Client, dataset_id: int) -> list[int]:
    session: dict[str, Any] = {"dataset_id": dataset_id, "output_columns": ["species"]}
    runs: list[int] = []
    for model, params in MODELS:
        job = _done(client, "model", model=model, model_params=params, **session)
        runs.append(job.result["id"])
        session = {"session_id": job.record.params["session_id"]}
    return runs


def _done(client: Client, kind: str, *args: Any, **params: Any) -> Job:
    return client.submit(kind, *args, **params).wait(progress=False)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make_study(folder, folder)
