"""What columns are made into before a model sees them; learnt from training rows only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import psutil
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from queue_core.components.column_types import ColumnType
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.dates import PARTS, DateParts
from queue_core.components.models.training.preparation.frame import InputColumn
from queue_core.components.models.training.session.specs import PreprocessingSpec
from queue_core.errors import DataError

WORDS_OF_A_TEXT = 3.0
IDENTIFIER_SHARE = 0.95
DENSE_TEXT_FEATURES = 512
MEMORY_SHARE = 0.6
LOOKED_AT_ROWS = 20_000
LONGEST_CATEGORY = 200


class Profile(StrEnum):
    """What a kind of model needs its columns to be."""

    SCALED = "scaled"
    UNSCALED = "unscaled"
    NATIVE = "native"
    POSITIVE = "positive"
    BINS = "bins"
    LAGS = "lags"


class Treatment(StrEnum):
    """What becomes of a column."""

    NUMBER = "number"
    DATE = "date"
    CATEGORIES = "categories"
    MANY_CATEGORIES = "many_categories"
    TEXT = "text"


@dataclass(frozen=True)
class ColumnPlan:
    """What becomes of each input column.

    Attributes:
        treatments: By column, in order.
        left_out: Why a column is not used, by column.
        category_counts: Categories of each column of categories.
    """

    treatments: dict[str, Treatment]
    left_out: dict[str, str] = field(default_factory=dict)
    category_counts: dict[str, int] = field(default_factory=dict)

    def names(self, treatment: Treatment) -> list[str]:
        """Return the columns with this treatment."""
        return [name for name, found in self.treatments.items() if found is treatment]


def plan_columns(
    frame: pd.DataFrame, columns: Sequence[InputColumn], task: Task, spec: PreprocessingSpec
) -> ColumnPlan:
    """Decide what becomes of each column by looking at training rows.

    Args:
        frame: Training rows, as `model_frame` makes them.
        columns: The input columns.
        task: What the model is for; text classification reads every text as words.
        spec: What the user chose.

    Raises:
        DataError: No column is left that says anything.
    """
    plan = ColumnPlan({})
    for column in columns:
        found = _treatment(frame[column.name], column, task, spec, plan)
        if isinstance(found, Treatment):
            plan.treatments[column.name] = found
        else:
            plan.left_out[column.name] = found
    if not plan.treatments:
        reasons = "; ".join(f"“{name}” {why}" for name, why in list(plan.left_out.items())[:5])
        raise DataError(
            f"No input column says anything about the rows: {reasons or 'there is none'}.",
            hint="Choose other input columns.",
        )
    return plan


def _treatment(
    values: pd.Series, column: InputColumn, task: Task, spec: PreprocessingSpec, plan: ColumnPlan
) -> Treatment | str:
    """Return what becomes of a column, or why it is left out."""
    if not column.type.is_textual:
        is_date = column.type in (ColumnType.DATE, ColumnType.DATETIME)
        present = values.dropna()
        if present.empty:
            return "has no values"
        if (present == present.iloc[0]).all() and len(present) == len(values):
            return "has the same value in every row"
        return Treatment.DATE if is_date else Treatment.NUMBER
    counts = values.value_counts(sort=False)
    if len(counts) == 1:
        return "has the same value in every row"
    if _is_prose(values, column, task):
        return Treatment.TEXT
    if len(counts) > max(spec.max_categories, IDENTIFIER_SHARE * len(values)):
        return "has a different value in nearly every row, like an identifier"
    plan.category_counts[column.name] = len(counts)
    if len(counts) > spec.max_categories:
        return Treatment.MANY_CATEGORIES
    return Treatment.CATEGORIES


def _is_prose(values: pd.Series, column: InputColumn, task: Task) -> bool:
    """Return whether a column is read word by word."""
    if task is Task.TEXT_CLASSIFICATION:
        return True
    if column.type is not ColumnType.TEXT:
        return False
    some = values.iloc[:LOOKED_AT_ROWS]
    words = some.str.count(r"\w+")
    return bool(words[words > 0].mean() >= WORDS_OF_A_TEXT)


def build_transformer(
    plan: ColumnPlan,
    profile: Profile,
    spec: PreprocessingSpec,
    task: Task,
    *,
    takes_sparse: bool,
    class_count: int,
    seed: int,
) -> ColumnTransformer:
    """Return the unfitted transformer that makes a model's matrix.

    Args:
        plan: What becomes of each column.
        profile: What the model needs.
        spec: What the user chose.
        task: What the model is for.
        takes_sparse: Whether the model takes sparse matrices.
        class_count: How many classes there are; 0 for numbers.
        seed: Decides the folds in which many categories are encoded.
    """
    recipe = _Recipe(profile, spec, task, takes_sparse, class_count, seed)
    parts: list[tuple[str, Any, Any]] = []
    for treatment, make in (
        (Treatment.NUMBER, recipe.numbers),
        (Treatment.DATE, recipe.dates),
        (Treatment.CATEGORIES, recipe.categories),
        (Treatment.MANY_CATEGORIES, recipe.many_categories),
    ):
        if names := plan.names(treatment):
            parts.append((treatment.value, make(), names))
    parts += [
        (f"{Treatment.TEXT.value}-{place}", recipe.text(), name)
        for place, name in enumerate(plan.names(Treatment.TEXT))
    ]
    return ColumnTransformer(
        parts, sparse_threshold=0.3 if takes_sparse else 0.0, verbose_feature_names_out=False
    )


@dataclass(frozen=True)
class _Recipe:
    """Makes the transformer of each treatment for one kind of model."""

    profile: Profile
    spec: PreprocessingSpec
    task: Task
    takes_sparse: bool
    class_count: int
    seed: int

    def numbers(self) -> Pipeline:
        """Return what fills, and scales or bins, numbers."""
        if self.profile is Profile.LAGS:
            return "passthrough"
        steps = [] if self.profile is Profile.NATIVE else [self._imputer()]
        steps += self._ending()
        return make_pipeline(*steps) if steps else "passthrough"

    def dates(self) -> Pipeline:
        """Return what makes numbers of dates."""
        steps = [DateParts()]
        if self.profile is not Profile.NATIVE:
            steps.append(self._imputer())
        return make_pipeline(*steps, *self._ending())

    def categories(self) -> Pipeline:
        """Return what makes one column of each category."""
        return OneHotEncoder(handle_unknown="ignore", sparse_output=self.takes_sparse)

    def many_categories(self) -> Pipeline:
        """Return what makes numbers of more categories than there may be columns."""
        if self.task is Task.CLUSTERING:
            return OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                max_categories=self.spec.max_categories,
                sparse_output=self.takes_sparse,
            )
        kind = "continuous"
        if self.class_count:
            kind = "binary" if self.class_count == 2 else "multiclass"
        encoder = TargetEncoder(target_type=kind, random_state=self.seed)
        return make_pipeline(encoder, *self._ending())

    def text(self) -> Pipeline:
        """Return what counts words."""
        most = self.spec.text_features
        binary = self.profile is Profile.BINS
        return TfidfVectorizer(
            max_features=most if self.takes_sparse else min(most, DENSE_TEXT_FEATURES),
            ngram_range=(1, 2) if self.spec.word_pairs else (1, 1),
            sublinear_tf=not binary,
            binary=binary,
            use_idf=not binary,
            norm=None if binary else "l2",
        )

    def _imputer(self) -> SimpleImputer:
        return SimpleImputer(strategy=self.spec.imputation)

    def _ending(self) -> list[BaseEstimator]:
        """Return the last step of columns of numbers."""
        if self.profile is Profile.POSITIVE:
            return [MinMaxScaler(clip=True)]
        if self.profile is Profile.BINS:
            return [
                KBinsDiscretizer(
                    n_bins=10, encode="ordinal", quantile_method="averaged_inverted_cdf"
                )
            ]
        scalers = {"standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}
        wanted = self.spec.scaling
        if wanted == "auto":
            wanted = "standard" if self.profile is Profile.SCALED else "none"
        return [scalers[wanted]()] if wanted in scalers else []


def check_memory(
    plan: ColumnPlan, row_count: int, spec: PreprocessingSpec, *, takes_sparse: bool
) -> None:
    """Refuse a matrix that this computer cannot hold.

    Raises:
        DataError: The matrix would not fit into the memory that is free.
    """
    width = len(plan.names(Treatment.NUMBER)) + len(PARTS) * len(plan.names(Treatment.DATE))
    width += len(plan.names(Treatment.MANY_CATEGORIES))
    if not takes_sparse:
        width += sum(plan.category_counts.get(n, 0) for n in plan.names(Treatment.CATEGORIES))
        width += min(spec.text_features, DENSE_TEXT_FEATURES) * len(plan.names(Treatment.TEXT))
    needed = 2 * 8 * width * row_count  # the matrix and the copy that most models make
    free = psutil.virtual_memory().available
    if needed > MEMORY_SHARE * free:
        raise DataError(
            f"{row_count:,} rows with {width:,} columns of numbers would need "
            f"{needed / 1e9:.1f} GB of memory; {free / 1e9:.1f} GB are free.",
            hint="Set “sample_rows”, choose fewer input columns, or fewer categories or words.",
        )


def make_storable(transformer: ColumnTransformer) -> None:
    """Keep categories as one array of text each: as objects, skops stores them one by one."""
    for _, fitted, _ in transformer.transformers_:
        encoder = fitted.steps[0][1] if isinstance(fitted, Pipeline) else fitted
        if isinstance(encoder, (OneHotEncoder, TargetEncoder)):
            encoder.categories_ = [_as_text_array(found) for found in encoder.categories_]


def _as_text_array(categories: np.ndarray) -> np.ndarray:
    longest = max(map(len, categories), default=0)
    return categories.astype(str) if longest <= LONGEST_CATEGORY else categories


def output_sources(transformer: ColumnTransformer) -> list[str]:
    """Return, for each column of the matrix, the input column that it comes from."""
    return [column for column, _ in _outputs(transformer)]


def output_features(transformer: ColumnTransformer) -> list[str]:
    """Return, for each column of the matrix, the input column or the word that it stands for."""
    return [f"“{word}”" if word else column for column, word in _outputs(transformer)]


def _outputs(transformer: ColumnTransformer) -> Iterator[tuple[str, str]]:
    """Yield the input column and the word, if it is one, of each column of the matrix."""
    for name, fitted, columns in transformer.transformers_:
        if name == "remainder":
            continue
        if isinstance(columns, str):
            yield from ((columns, str(word)) for word in fitted.get_feature_names_out())
        else:
            yield from ((column, "") for column in _sources_of(fitted, list(columns)))


def _sources_of(fitted: BaseEstimator, columns: list[str]) -> list[str]:
    first = fitted.steps[0][1] if isinstance(fitted, Pipeline) else fitted
    if isinstance(first, DateParts):
        return [column for column in columns for _ in PARTS]
    if isinstance(first, TargetEncoder) and first.target_type_ == "multiclass":
        return [column for column in columns for _ in first.classes_]
    if isinstance(first, OneHotEncoder):
        grouped = getattr(first, "infrequent_categories_", [None] * len(columns))
        counts = [
            len(found) if rare is None else len(found) - len(rare) + 1
            for found, rare in zip(first.categories_, grouped, strict=True)
        ]
        return [c for c, count in zip(columns, counts, strict=True) for _ in range(count)]
    return columns
