"""A prompt for each row of a dataset: answers as a new column, errors kept, resumable.

Each answer is written to a journal at once. Where a run is interrupted, the next one takes from the
journal what was asked in exactly the same way, and goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.generators.answering.conversation import fit_conversation
from queue_core.components.generators.answering.generator import (
    Generator,
    GeneratorUnavailableError,
)
from queue_core.components.generators.answering.template import Template
from queue_core.components.json_data import JsonMapping
from queue_core.components.normal_form import unique_names
from queue_core.components.progress import ProgressReporter
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, JobError

# If the first rows all fail, so will the others: stop and say why.
HOPELESS_AFTER = 5
_BATCH_ROWS = 1_024


@dataclass(frozen=True, kw_only=True)
class BatchRequest:
    """What is asked of the rows.

    Attributes:
        template: The prompt with places for columns.
        system_prompt: What the model is told before all else.
        column: Name of the new column.
        limit: Only the first rows, this many; None for all.
    """

    template: Template
    system_prompt: str = ""
    column: str = "response"
    limit: int | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a row: a response, or an error."""

    response: str | None
    error: str | None = None
    prompt_tokens: int = 0
    response_tokens: int = 0


@dataclass(frozen=True)
class BatchResult:
    """What became of all rows.

    Attributes:
        answers: One for each row, in order.
        reused: How many were in the journal of a run before.
    """

    answers: tuple[Answer, ...]
    reused: int

    @property
    def failed(self) -> int:
        """How many rows have an error."""
        return sum(answer.error is not None for answer in self.answers)


class Journal:
    """The answers of a batch so far, one line of JSON each; a context manager.

    Args:
        path: The file; made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Answer] = {}
        self._file: TextIO | None = None

    def __enter__(self) -> Journal:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                self._remember(line)
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._file is not None:
            self._file.close()

    def get(self, key: str) -> Answer | None:
        """Return the answer to what was asked in exactly this way."""
        return self._known.get(key)

    def add(self, key: str, answer: Answer) -> None:
        """Write an answer down."""
        assert self._file is not None
        line = {
            "key": key,
            "response": answer.response,
            "tokens": [answer.prompt_tokens, answer.response_tokens],
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def _remember(self, line: str) -> None:
        try:
            entry = json.loads(line)
            tokens = entry["tokens"]
            self._known[entry["key"]] = Answer(entry["response"], None, *tokens)
        except (ValueError, KeyError, TypeError):
            return  # the last line of a process that was killed


def answer_rows(
    generator: Generator,
    dataset: StoredDataset,
    request: BatchRequest,
    *,
    journal: Path,
    reporter: ProgressReporter,
    output: Callable[[str], None] = lambda _text: None,
) -> BatchResult:
    """Ask the model about each row.

    Args:
        generator: The model, loaded.
        dataset: The table.
        request: What is asked.
        journal: Remembers the answers; to be deleted when they are stored.
        reporter: Told after each row.
        output: Given each answer, for the job's log.

    Raises:
        GeneratorUnavailableError: The model is gone; what was answered is in the journal.
        JobError: The first rows all failed in the same way.
    """
    total = min(dataset.row_count, request.limit or dataset.row_count)
    answers: list[Answer] = []
    reused = 0
    with Journal(journal) as notes:
        for number, row in enumerate(_rows(dataset, request.template.columns, total)):
            prompt = request.template.fill(row)
            key = _key(generator, request.system_prompt, prompt, number)
            answer = notes.get(key)
            if answer is None:
                answer = _ask(generator, prompt, request.system_prompt)
                if answer.error is None:
                    notes.add(key, answer)
                output(f"[row {number + 1}] {answer.response or answer.error}\n")
            else:
                reused += 1
            answers.append(answer)
            _stop_if_hopeless(answers)
            reporter.report(len(answers) / total, f"Answered {len(answers):,} of {total:,} rows")
    return BatchResult(tuple(answers), reused)


def write_answers(
    dataset: StoredDataset, result: BatchResult, request: BatchRequest, staging: DatasetStaging
) -> StoredDataset:
    """Store the rows with their answers, and their errors where there are any."""
    columns = {request.column: [answer.response for answer in result.answers]}
    if result.failed:
        columns[f"{request.column}_error"] = [answer.error for answer in result.answers]
    old = [info.name for info in dataset.columns]
    names, _ = unique_names([*old, *columns])
    total = len(result.answers)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        empty = pa.RecordBatch.from_pylist([], schema=dataset.page(0, 0).schema)
        for batch in dataset.batches() if total else [empty]:
            part = batch.slice(0, max(0, total - done))
            if part.num_rows or not total:
                new = [
                    pa.array(c[done : done + part.num_rows], pa.string()) for c in columns.values()
                ]
                yield pa.RecordBatch.from_arrays([*part.columns, *new], names=names)
            done += part.num_rows

    with staging:
        staging.write_arrow(batches())
        types = {info.name: info.type for info in dataset.columns if info.type.is_textual}
        return staging.finish(types=types, warnings=_notes(result, request))


def _notes(result: BatchResult, request: BatchRequest) -> Sequence[str]:
    if not result.failed:
        return ()
    rows = "1 row has" if result.failed == 1 else f"{result.failed:,} rows have"
    return (f"{rows} no answer; the column “{request.column}_error” says why.",)


def _ask(generator: Generator, prompt: str, system_prompt: str) -> Answer:
    try:
        fitted = fit_conversation(generator, prompt, system_prompt=system_prompt)
        response = "".join(generator.stream(fitted.messages)).strip()
    except GeneratorUnavailableError:
        raise
    except JobError as error:
        return Answer(None, error.message)
    usage = generator.usage
    return Answer(response, None, usage.prompt_tokens or 0, usage.response_tokens or 0)


def _stop_if_hopeless(answers: Sequence[Answer]) -> None:
    if len(answers) == HOPELESS_AFTER and all(answer.error for answer in answers):
        raise DataError(
            f"The first {HOPELESS_AFTER} rows all failed: {answers[-1].error}",
            hint="Change the prompt or the parameters; nothing was stored.",
        )


def _rows(dataset: StoredDataset, columns: Sequence[str], total: int) -> Iterator[JsonMapping]:
    left = total
    for batch in dataset.batches(columns, batch_rows=_BATCH_ROWS):
        yield from batch.slice(0, left).to_pylist()
        left -= min(left, batch.num_rows)
        if not left:
            return


def _key(generator: Generator, system_prompt: str, prompt: str, number: int) -> str:
    asked = [
        generator.component.id,
        generator.model,
        generator.params,
        system_prompt,
        prompt,
        number,
    ]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
