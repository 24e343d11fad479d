"""Fixtures with entities of the main database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from queue_core.database.columns import utc_now
from queue_core.database.provenance import provenance_of
from queue_core.database.session import close_database, open_session
from queue_core.database.status import EntityStatus, ExplainerScope, TrialState
from queue_core.database.tables import (
    Converter,
    Dataset,
    Explainer,
    Explorer,
    Metric,
    ModelSession,
    Notebook,
    Prediction,
    Run,
    Trial,
)
from queue_core.paths import LocalFolder


@pytest.fixture
def folder(local_folder: LocalFolder) -> Iterator[LocalFolder]:
    """A local folder whose main database is closed at the end."""
    yield local_folder
    close_database(local_folder)


@pytest.fixture
def iris(folder: LocalFolder) -> int:
    """A dataset with a notebook, two sessions, three runs and what hangs on them; its id."""
    with open_session(folder) as session:
        data = Dataset(name="iris", status=EntityStatus.FINISHED, data_hash="h1")
        session.add(data)
        session.flush()
        made = {"status": EntityStatus.FINISHED, "finished_at": utc_now()}
        notebook = Notebook(name="work", dataset=data)
        notebook.converters = [Converter(name="scale", component="StandardScaler", **made)]
        notebook.explorers = [Explorer(name="hist", component="distribution", **made)]
        session.add(notebook)
        noted = provenance_of(data, seed=7)
        session.add(
            Explorer(dataset=data, name="pairs", component="scatter", provenance=noted, **made)
        )
        for number, run_names in enumerate((("tree", "forest"), ("line",))):
            asked = ModelSession(name=f"session {number}", task="classification", dataset=data)
            for name in run_names:
                run = Run(name=name, component=name, session=asked, provenance=noted, **made)
                run.metrics = [Metric(name="accuracy", split="test", value=0.9)]
                run.trials = [Trial(number=0, state=TrialState.COMPLETE, value=0.9)]
            session.add(asked)
        session.flush()
        answers = Dataset(name="answers", status=EntityStatus.FINISHED, data_hash="a1")
        session.add(answers)
        run = asked.runs[0]
        session.add(
            Explainer(
                run=run,
                name="shap",
                scope=ExplainerScope.GLOBAL,
                component="shap",
                provenance=provenance_of(run),
                **made,
            )
        )
        session.add(
            Prediction(
                run=run,
                dataset=data,
                result_dataset=answers,
                name="predict",
                provenance=provenance_of(run),
                **made,
            )
        )
        return data.id
