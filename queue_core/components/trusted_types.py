"""Fitted scikit-learn objects as skops files that open only if we know every type in them.

skops refuses types that it does not know unless the caller names them. We name them here, one by
one: internals of estimators in our catalogue that hold numbers and nothing that runs. What a file
claims to need is never handed back as trusted.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import skops.io
from skops.io.exceptions import UnsupportedTypeException

from queue_core.errors import DataError, JobError

_DISTANCES = (
    "BrayCurtis", "Canberra", "Chebyshev", "Dice", "Euclidean", "Hamming", "Haversine", "Jaccard",
    "Mahalanobis", "Manhattan", "Minkowski", "RogersTanimoto", "RussellRao", "SEuclidean",
    "SokalMichener", "SokalSneath",
)  # fmt: skip

_BY_MODULE: dict[str, tuple[str, ...]] = {
    "builtins": ("slice",),
    "catboost.core": ("CatBoostClassifier", "CatBoostRegressor"),
    "collections": ("OrderedDict",),
    "lightgbm.basic": ("Booster",),
    "lightgbm.sklearn": ("LGBMClassifier", "LGBMRegressor"),
    "numpy": ("dtype", "mean"),
    "queue_core.components.models.training.dates": ("DateParts",),
    "queue_core.components.models.training.naive": (
        "DriftForecast", "MovingAverageForecast", "NaiveForecast", "SeasonalNaiveForecast",
    ),
    "scipy._lib.array_api_compat.numpy._aliases": ("asarray",),
    "scipy.interpolate._bsplines": ("BSpline",),
    "scipy.sparse._csr": ("csr_array", "csr_matrix"),
    "sklearn._loss.link": (
        "HalfLogitLink", "IdentityLink", "Interval", "LogLink", "LogitLink", "MultinomialLogit",
    ),
    "sklearn._loss.loss": (
        "AbsoluteError", "ExponentialLoss", "HalfBinomialLoss", "HalfGammaLoss",
        "HalfMultinomialLoss", "HalfPoissonLoss", "HalfSquaredError", "HalfTweedieLoss",
        "HalfTweedieLossIdentity", "HuberLoss", "PinballLoss",
    ),
    "sklearn.calibration": ("_CalibratedClassifier", "_SigmoidCalibration", "_TemperatureScaling"),
    "sklearn.cluster._bisect_k_means": ("_BisectingTree",),
    "sklearn.cluster._kmeans": ("_kmeans_single_elkan", "_kmeans_single_lloyd"),
    "sklearn.ensemble._hist_gradient_boosting.predictor": ("TreePredictor",),
    "sklearn.feature_selection._mutual_info": ("mutual_info_classif", "mutual_info_regression"),
    "sklearn.feature_selection._univariate_selection": (
        "chi2", "f_classif", "f_regression", "r_regression",
    ),
    "sklearn.gaussian_process._gpc": ("_BinaryGaussianProcessClassifierLaplace",),
    "sklearn.gaussian_process.kernels": (
        "CompoundKernel", "ConstantKernel", "DotProduct", "ExpSineSquared", "Exponentiation",
        "Matern", "PairwiseKernel", "Product", "RBF", "RationalQuadratic", "Sum", "WhiteKernel",
    ),
    "sklearn.metrics._dist_metrics": tuple(
        f"{name}Distance{bits}" for name in _DISTANCES for bits in (32, 64)
    ),
    "sklearn.metrics._classification": ("balanced_accuracy_score",),
    "sklearn.metrics._scorer": ("_CurveScorer", "_Scorer"),
    "sklearn.multiclass": ("_ConstantPredictor",),
    "sklearn.neighbors._ball_tree": ("BallTree", "BallTree32", "BallTree64"),
    "sklearn.neighbors._kd_tree": ("KDTree", "KDTree32", "KDTree64"),
    "sklearn.neural_network._stochastic_optimizers": ("AdamOptimizer", "SGDOptimizer"),
    "sklearn.tree._tree": ("Tree",),
    "sklearn.utils._bunch": ("Bunch",),
    "sklearn.utils._metadata_requests": ("MetadataRequest", "MethodMetadataRequest"),
    "xgboost.core": ("Booster",),
    "xgboost.sklearn": ("XGBClassifier", "XGBRegressor"),
}  # fmt: skip

TRUSTED_TYPES = frozenset(
    f"{module}.{name}" for module, names in _BY_MODULE.items() for name in names
)


def save_fitted(fitted: Any, path: Path) -> None:
    """Write *fitted* as a skops file, whole or not at all.

    Raises:
        JobError: skops cannot store it, or could not open it again.
    """
    try:
        data = skops.io.dumps(fitted)
    except UnsupportedTypeException as error:
        raise JobError(
            f"{type(fitted).__name__} cannot be stored: {error}",
            hint="Choose another model or transformer; this one cannot be kept without pickle.",
        ) from error
    unknown = sorted(set(skops.io.get_untrusted_types(data=data)) - TRUSTED_TYPES)
    if unknown:
        raise JobError(
            f"{type(fitted).__name__} holds types that a stored model may not have: "
            f"{', '.join(unknown)}.",
            hint="Choose another model or transformer, or other parameters.",
        )
    half_written = path.with_name(f".{path.name}.part")
    half_written.write_bytes(data)
    half_written.replace(path)


def load_fitted(path: Path) -> Any:
    """Open a skops file in which every type is trusted.

    Raises:
        DataError: There is no such file, it is damaged, or it holds a type that we do not know.
    """
    try:
        data = path.read_bytes()
        unknown = sorted(set(skops.io.get_untrusted_types(data=data)) - TRUSTED_TYPES)
        if not unknown:
            return skops.io.loads(data, trusted=sorted(TRUSTED_TYPES))
    except FileNotFoundError as error:
        raise DataError(
            f"The fitted model {path} is gone.", hint="Run the job that made it again."
        ) from error
    except (zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise DataError(
            f"The fitted model {path} is damaged: {error}.",
            hint="Run the job that made it again.",
        ) from error
    raise DataError(
        f"The file {path} holds types that are not trusted: {', '.join(unknown)}. "
        "It was not opened.",
        hint="Run the job that made it again; do not open models that others gave you blindly.",
    )
