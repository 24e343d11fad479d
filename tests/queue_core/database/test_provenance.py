from __future__ import annotations

import json
import platform
from importlib.metadata import version

from queue_core.database.provenance import provenance_of
from queue_core.database.tables import Dataset, Run
from queue_core.version import __version__


def test_everything_that_made_a_result_is_noted() -> None:
    noted = provenance_of(
        Dataset(id=3, data_hash="abc"),
        Run(id=5),
        seed=7,
        libraries=["optuna", "no-such-distribution"],
        sampled_rows=100,
    )
    assert noted["inputs"] == [
        {"kind": "dataset", "id": 3, "data_hash": "abc"},
        {"kind": "run", "id": 5},
    ]
    assert noted["seed"] == 7
    assert noted["sampled_rows"] == 100
    assert noted["python"] == platform.python_version()
    assert noted["program"] == __version__
    assert noted["libraries"]["optuna"] == version("optuna")
    assert noted["libraries"]["scikit-learn"] == version("scikit-learn")
    assert "no-such-distribution" not in noted["libraries"]
    assert json.loads(json.dumps(noted)) == noted
