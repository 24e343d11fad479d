"""Makes JSON of what a job returns, whatever that is."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from queue_core.plain import module_name, plain_repr, plain_text, storable, type_name
from queue_core.runner.job_process.brief import brief

_RESULT_LIMIT = 512 * 1024
_CUT_TO = 1_000
_DEPTH_LIMIT = 100
_REPR_LIMIT = 2_000
_KEY_LIMIT = 1_000
_ARRAY_ITEMS = 1_000

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class _TooLargeError(Exception):
    """The result holds more than is kept."""


def as_json(result: object) -> str | None:
    """Return what a job returned as JSON text; None for None.

    JSON data stays what it is. Numbers and small arrays of NumPy, data classes, dates, paths,
    sets and enumerations become their nearest kind of JSON; all else becomes its `repr`, cut.
    NaN and infinity stay what they are, as Python's JSON writes and reads them: the result of a job
    is what the job has returned. Who gives it to strict readers of JSON makes texts of them. What
    is longer than 512 KiB is cut and says so.

    Args:
        result: Anything; its methods may raise, leave the program or lie.
    """
    if result is None:
        return None
    try:
        text = json.dumps(_Plain().of(result))
    except (_TooLargeError, MemoryError, RecursionError):
        text = ""
    if 0 < len(text) <= _RESULT_LIMIT:
        return text
    kept = text or brief(result, _CUT_TO)
    return json.dumps(
        f"{kept[:_CUT_TO]}… (cut: the result is longer than {_RESULT_LIMIT:,} characters)"
    )


class _Plain:
    """Walks a result once; whatever it returns is made of plain types only."""

    def __init__(self) -> None:
        self._left = _RESULT_LIMIT
        self._path: set[int] = set()

    def of(self, value: object) -> Json:
        """Return *value* as JSON data.

        Raises:
            _TooLargeError: There is more than is kept.
        """
        self._spend(1)
        kind = type(value)
        if value is None or value is True or value is False:
            return value
        if issubclass(kind, str):
            return self._text(value)
        if kind is float:
            return value  # type: ignore[return-value]
        if kind is int:
            return _integer(value)  # type: ignore[arg-type]
        if id(value) in self._path:
            return f"<{type_name(value)} within itself>"
        if len(self._path) >= _DEPTH_LIMIT:
            return f"<{type_name(value)} nested too deep>"
        self._path.add(id(value))
        try:
            return self._container(value, kind)
        except (_TooLargeError, MemoryError):
            raise
        except BaseException as error:  # noqa: BLE001 - a user's methods may raise or exit
            return f"<{type_name(value)}: {type_name(error)} while it was read>"
        finally:
            self._path.discard(id(value))

    def _container(self, value: object, kind: type) -> Json:
        # The base class's own methods: those of a subclass may do anything.
        if issubclass(kind, dict):
            return self._mapping(dict.items(value))  # type: ignore[arg-type]
        if issubclass(kind, list):
            return self._items(list.__iter__(value))  # type: ignore[arg-type]
        if issubclass(kind, tuple):
            return self._items(tuple.__iter__(value))  # type: ignore[arg-type]
        if issubclass(kind, set | frozenset):
            return self._items(_in_order(value))  # type: ignore[arg-type]
        if issubclass(kind, enum.Enum):
            return self.of(value.value)  # type: ignore[attr-defined]
        if issubclass(kind, int):
            return _integer(int.__int__(value))  # type: ignore[arg-type]
        if issubclass(kind, float) and module_name(value) != "numpy":
            return float.__float__(value)  # type: ignore[arg-type]
        return self._known(value, kind)

    def _known(self, value: object, kind: type) -> Json:
        if module_name(value).partition(".")[0] == "numpy":
            return self._numpy(value)
        if dataclasses.is_dataclass(kind):
            fields = dataclasses.fields(kind)
            return self._mapping((field.name, getattr(value, field.name)) for field in fields)
        if issubclass(kind, datetime.date | datetime.time):
            return self._text(value.isoformat())  # type: ignore[attr-defined]
        if issubclass(kind, PurePath | datetime.timedelta):
            return self._text(plain_text(value, _REPR_LIMIT))
        if issubclass(kind, Mapping):
            return self._mapping(value.items())  # type: ignore[attr-defined]
        return self._text(plain_repr(value, _REPR_LIMIT))

    def _numpy(self, value: object) -> Json:
        import numpy as np

        if isinstance(value, np.ndarray) and value.size <= _ARRAY_ITEMS:
            return self.of(value.tolist())
        if isinstance(value, np.bool_ | np.integer):
            return self.of(value.item())
        if isinstance(value, np.floating):
            return float(value)
        if isinstance(value, np.datetime64 | np.timedelta64 | np.str_):
            return self._text(plain_text(value, _REPR_LIMIT))
        return self._text(plain_repr(value, _REPR_LIMIT))

    def _mapping(self, items: Iterable[tuple[object, object]]) -> Json:
        return {self._key(key): self.of(item) for key, item in list(items)}

    def _items(self, items: Iterable[object]) -> Json:
        return [self.of(item) for item in list(items)]

    def _key(self, key: object) -> str:
        if issubclass(type(key), str):
            return self._text(key, _KEY_LIMIT)
        if key is None or key is True or key is False or type(key) in (int, float):
            return json.dumps(self.of(key)).strip('"')
        return self._text(plain_repr(key, _KEY_LIMIT))

    def _text(self, text: object, limit: int = _RESULT_LIMIT) -> str:
        assert isinstance(text, str)
        self._spend(min(str.__len__(text), limit))
        return storable(text, limit)

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _TooLargeError


def _integer(value: int) -> int | str:
    try:
        int.__repr__(value)  # Python refuses to read or write very long ones
    except ValueError:
        return f"<an integer of {value.bit_length():,} bits>"
    return value


def _in_order(values: Iterable[object]) -> list[object]:
    items = list(set.__iter__(values) if isinstance(values, set) else values)
    try:
        return sorted(items)
    except Exception:  # noqa: BLE001 - items that cannot be compared have no order
        return items
