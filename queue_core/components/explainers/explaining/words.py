"""Text models as models of words: each word becomes a column that says how often it comes.

A model that reads a text sees its words; so it is explained by them. The rows get a column of
counts for each word, and a step before the pipeline writes the texts that these counts describe.
A text whose counts are its own stays as it was, in its own order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from queue_core.components.explainers.explaining.explained_model import ExplainedModel
from queue_core.components.explainers.explaining.explanation import Explanation

MOST_WORDS = 60
_FEWEST_TEXTS = 2

Tokenizer = Callable[[str], list[str]]


@dataclass(frozen=True)
class Word:
    """A word of a text column.

    Attributes:
        source: The text column.
        text: The word as the model knows it.
        name: What its column of counts is called.
    """

    source: str
    text: str
    name: str


def tokenizers(model: ExplainedModel) -> dict[str, Tokenizer]:
    """Return how the model parts each of its text columns into words; empty if it reads none."""
    if not model.has_separate_columns:
        return {}
    transformer: ColumnTransformer = model.pipeline.steps[0][1]
    found: dict[str, Tokenizer] = {}
    for _, fitted, columns in transformer.transformers_:
        if isinstance(fitted, TfidfVectorizer) and isinstance(columns, str):
            found[columns] = _tokenizer(fitted)
    return {name: found[name] for name in model.columns if name in found}


def _tokenizer(vectorizer: TfidfVectorizer) -> Tokenizer:
    prepare, part = vectorizer.build_preprocessor(), vectorizer.build_tokenizer()
    return lambda text: list(part(prepare(text)))


class WrittenTexts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Writes texts that have as many of each word as its column says; learns nothing."""

    def __init__(self, words: Sequence[Word], parts: dict[str, Tokenizer]) -> None:
        self.words = words
        self.parts = parts

    def __sklearn_is_fitted__(self) -> bool:
        """There is nothing to fit."""
        return True

    def fit(self, X: pd.DataFrame, y: object = None) -> WrittenTexts:  # noqa: ARG002, N803 - scikit-learn's names
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Return the rows without the counts, with the texts that these describe."""
        written = X.drop(columns=[word.name for word in self.words])
        for source, part in self.parts.items():
            own = [word for word in self.words if word.source == source]
            counts = X[[word.name for word in own]].to_numpy(dtype=float)
            names = [word.text for word in own]
            known = cache(part)
            written[source] = [
                _rewritten(known(text), names, row)
                for text, row in zip(X[source], counts, strict=True)
            ]
        return written


def _rewritten(tokens: list[str], names: Sequence[str], counts: np.ndarray) -> str:
    """Return the text of *tokens*, with as many of some words as wanted: cut, or put behind."""
    has = Counter(tokens)
    wanted = {name: round(count) for name, count in zip(names, counts, strict=True)}
    left = {name: count for name, count in wanted.items() if count < has[name]}
    kept = []
    for token in tokens:
        if token not in left:
            kept.append(token)
        elif left[token] > 0:
            left[token] -= 1
            kept.append(token)
    for name, count in wanted.items():
        kept += [name] * (count - has[name])
    return " ".join(kept)


def counts_of(
    frame: pd.DataFrame, words: Sequence[Word], parts: dict[str, Tokenizer]
) -> pd.DataFrame:
    """Return rows with the column of counts of each word behind their own columns."""
    columns: dict[str, np.ndarray] = {}
    for source, part in parts.items():
        counted = [Counter(part(text)) for text in frame[source]]
        for word in words:
            if word.source == source:
                columns[word.name] = np.array([has[word.text] for has in counted], dtype=float)
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)


def model_of_words(model: ExplainedModel, words: Sequence[Word]) -> ExplainedModel:
    """Return the model with a column for each word instead of its text columns."""
    parts = tokenizers(model)
    others = tuple(name for name in model.columns if name not in parts)
    first: BaseEstimator = WrittenTexts(words, parts)
    return replace(
        model,
        pipeline=Pipeline([("texts", first), *model.pipeline.steps]),
        columns=(*(word.name for word in words), *others),
        categories=model.categories - parts.keys(),
        is_exact=False,
    )


def words_of(texts: pd.DataFrame, parts: dict[str, Tokenizer]) -> list[Word]:
    """Return the words of some rows, those that come in most of them first."""
    found: list[Word] = []
    for source, part in parts.items():
        seen = Counter(token for text in texts[source] for token in dict.fromkeys(part(text)))
        for token, _ in sorted(seen.items(), key=lambda item: (-item[1], item[0])):
            name = f"“{token}”" if len(parts) == 1 else f"“{token}” in {source}"
            found.append(Word(source, token, name))
    return found


def telling_words(order: Explanation, frame: pd.DataFrame) -> list[Word]:
    """Return the words that go most with what the model answers about some rows."""
    parts = tokenizers(order.model)
    outputs = order.model.outputs(frame)
    outputs = outputs - outputs.mean(axis=0)
    words = words_of(frame, parts)
    counts = counts_of(frame, words, parts)[[word.name for word in words]].to_numpy() > 0
    common = counts.sum(axis=0) >= min(_FEWEST_TEXTS, len(frame))
    shift = np.abs(counts.T.astype(float) @ outputs).max(axis=1)
    ranked = np.argsort(np.where(common, -shift, 0.0), kind="stable")[:MOST_WORDS]
    return [words[place] for place in ranked]


def by_words(order: Explanation) -> Explanation:
    """Return an order about the words of a text model, to judge it as a whole.

    The order itself where the model reads no text.
    """
    parts = tokenizers(order.model)
    if not parts or order.frame.empty:
        return order
    words = telling_words(order, order.sample(1_000, stream=8).frame)
    note = f"The {len(words)} words that go most with the model's answers." if words else ""
    return replace(
        order,
        model=model_of_words(order.model, words),
        frame=counts_of(order.frame, words, parts),
        frame_note=" ".join(text for text in (order.frame_note, note) if text),
    )


def row_by_words(order: Explanation, row: pd.DataFrame) -> Explanation:
    """Return an order about one row of a text model, compared with its text without any word."""
    parts = tokenizers(order.model)
    words = words_of(row, parts)
    others = order.frame.drop(columns=list(parts))
    texts = {source: [row[source].iloc[0]] * len(others) for source in parts}
    nothing = others.assign(**texts)[list(order.frame.columns)]
    nothing = nothing.assign(**{word.name: 0.0 for word in words})
    if set(order.model.columns) == set(parts):
        nothing = nothing.head(1)  # without other columns all of them are the same
    return replace(
        order,
        model=model_of_words(order.model, words),
        frame=nothing.reset_index(drop=True),
        chosen=counts_of(row, words, parts),
    )
