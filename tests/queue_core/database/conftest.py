from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from queue_core.database import sqlite
from queue_core.database.columns import utc_now
from queue_core.database.migrate import alembic_config
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
    yield local_folder
    close_database(local_folder)


@pytest.fixture
def old_database(folder: LocalFolder) -> Callable[[int], None]:
    """Return a function that makes a database of revision 0001 with some datasets."""

    def make(rows: int) -> None:
        from alembic import command
        from sqlalchemy.pool import NullPool

        sqlite.make_private(folder.main_db)
        engine = sqlite.make_engine(folder.main_db, poolclass=NullPool)
        with engine.connect() as connection, sqlite.without_foreign_keys(connection):
            command.upgrade(alembic_config(connection), "0001")
        with closing(sqlite3.connect(folder.main_db)) as file, file:
            file.execute("INSERT INTO database_info VALUES ('program_version', '0.0.1')")
            file.executemany(
                "INSERT INTO dataset (id, name, status, created_at, provenance, options, schema,"
                " warnings) VALUES (?, ?, 'FINISHED', '2026-01-02 03:04:05.000006', '{}', '{}',"
                " '[]', '[]')",
                [(number, f"old {number}") for number in range(1, rows + 1)],
            )

    return make


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
