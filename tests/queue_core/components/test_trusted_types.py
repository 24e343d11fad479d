from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import TweedieRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer, StandardScaler

from queue_core.components.trusted_types import load_fitted, save_fitted
from queue_core.errors import DataError, JobError


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(n_estimators=5, random_state=0),
        HistGradientBoostingClassifier(max_iter=5, random_state=0),
        KNeighborsClassifier(),
        MLPClassifier(max_iter=500, tol=0.1, n_iter_no_change=2, random_state=0),
        TweedieRegressor(),
    ],
    ids=lambda m: type(m).__name__,
)
def test_a_pipeline_comes_back_and_predicts_the_same(model: object, tmp_path: Path) -> None:
    x, y = load_iris(return_X_y=True)
    steps = make_column_transformer((StandardScaler(), [0, 1]), (SplineTransformer(), [2, 3]))
    fitted = make_pipeline(steps, SelectKBest(k=3), model).fit(x, y)
    save_fitted(fitted, tmp_path / "model.skops")
    again = load_fitted(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.predict(x), fitted.predict(x))
    assert [p.name for p in tmp_path.iterdir()] == ["model.skops"]


def test_a_function_of_the_users_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="may not have"):
        save_fitted(FunctionTransformer(Path), tmp_path / "model.skops")
    assert not list(tmp_path.iterdir())


def test_a_foreign_type_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "foreign.skops"
    skops.io.dump(FunctionTransformer(Path), path)
    with pytest.raises(DataError, match=r"not trusted: pathlib\.Path"):
        load_fitted(path)


def test_missing_and_damaged_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is gone"):
        load_fitted(tmp_path / "none.skops")
    path = tmp_path / "damaged.skops"
    save_fitted(StandardScaler().fit([[1.0], [2.0]]), path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match="damaged"):
        load_fitted(path)
