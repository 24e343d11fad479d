"""What libraries written in other languages raise over a file, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from queue_core.errors import DataError

# Of the data or the file; a query that is wrong is a fault of ours, and stays one.
_ENGINE_ERRORS = (
    duckdb.DataError,
    duckdb.OperationalError,
    duckdb.InvalidInputException,
    duckdb.NotSupportedError,
    pa.ArrowException,
)
PANIC = "PanicException"  # not importable: each library brings a class of its own


@contextmanager
def native_errors(what: str, hint: str) -> Iterator[None]:
    """Turn what a library says of a file that it cannot read into a `DataError`.

    A panic of a library is no `Exception`, and would pass by all that waits for one.

    Args:
        what: What is read, e.g. `The sheet “One” of book.xls`.
        hint: What the user can do.
    """
    try:
        yield
    except _ENGINE_ERRORS as error:
        raise DataError(f"{what} cannot be read: {_words(error)}.", hint=hint) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise DataError(
            f"{what} cannot be read: its reader stopped ({_words(error)}).", hint=hint
        ) from error


def _words(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    words = lines[0].rstrip(".") if lines else type(error).__name__
    return words[:1].lower() + words[1:200]
