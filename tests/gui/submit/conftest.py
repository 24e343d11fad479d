"""What the tests of forms share."""

from __future__ import annotations

import pytest

from gui.bridge import Bridge
from queue_core.components.loaders import load_dataset
from queue_core.components.loaders.files.sample import sample_dataset_path
from queue_core.database.columns import utc_now
from queue_core.database.session import open_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset


@pytest.fixture
def penguins(bridge: Bridge) -> int:
    """The id of a dataset that is there without a job."""
    stored_in = bridge.folder.datasets / "1"
    stored = load_dataset(sample_dataset_path(), None, stored_in)
    schema = [{"name": column.name, "type": column.type.value} for column in stored.columns]
    with open_session(bridge.folder) as session:
        dataset = Dataset(
            id=1, name="penguins", status=EntityStatus.FINISHED, schema=schema,
            finished_at=utc_now(),
            row_count=stored.row_count, column_count=len(schema), data_hash=stored.data_hash,
        )  # fmt: skip
        session.add(dataset)
    return 1
