"""Jobs as bytes: written where they are put, read in the process that runs them.

Pickle stores code by its module's name, which fits installed modules and is fast. What lives in
`__main__`, in a notebook or in a function has no name elsewhere and is stored by value, by dill,
which takes milliseconds. A class is dilled anew only where something in it may have changed: see
`code_state`.
"""

from __future__ import annotations

import io
import pickle
import threading
from functools import lru_cache
from typing import Any, Final

from queue_core.plain import plain_text
from queue_core.runner.job_process.code_state import state_of

_PROTOCOL: Final = 5
# The first byte says who has written the rest. Pickle's own first byte: jobs of earlier versions.
_PICKLE, _DILL = b"P", b"D"
_KEPT_CLASSES: Final = 64
_REASON_LIMIT: Final = 500


class NotStorableError(Exception):
    """A job holds something that cannot be stored; the message says what."""


class _NeedsDillError(Exception):
    """More than the job's class has to be stored by value."""


def dump_job(job: object) -> bytes:
    """Return *job* as bytes that `load_job` makes a job of, in whatever process.

    Raises:
        NotStorableError: It cannot be stored.
    """
    data = _by_name(job)
    if data is not None:
        return _PICKLE + data
    data = _with_class_by_value(job)
    if data is not None:
        return _PICKLE + data
    return _DILL + _by_value(job)


def load_job(payload: bytes) -> Any:
    """Return the job of *payload*; runs its code, so its origin must have been verified."""
    kind, data = payload[:1], payload[1:]
    if kind == _PICKLE:
        return pickle.loads(data)
    if kind != _DILL and b"dill" not in payload:
        return pickle.loads(payload)
    import dill

    return dill.loads(data if kind == _DILL else payload)


def _by_name(job: object) -> bytes | None:
    """Return the job with its code by name; None where another process could not import it."""
    try:
        data = pickle.dumps(job, _PROTOCOL)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - pickle raises anything; dill has the last word
        return None
    return None if b"__main__" in data else data


def _with_class_by_value(job: object) -> bytes | None:
    """Return the job with its class by value and all else by name; None where that is not all."""
    kind = type(job)
    code = _class_code(kind) if kind.__module__ == "__main__" else None
    if code is None:
        return None
    try:
        with io.BytesIO() as buffer:
            _ClassPickler(buffer, kind, code).dump(job)
            data = buffer.getvalue()
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - as above
        return None
    return data


class _ClassPickler(pickle.Pickler):
    """Pickles a job whose class comes as code; refuses all other code of `__main__`."""

    def __init__(self, file: io.BytesIO, kind: type, code: bytes) -> None:
        super().__init__(file, _PROTOCOL)
        self._kind = kind
        self._code = code

    def reducer_override(self, value: Any) -> Any:
        """Give the class as code; see `pickle.Pickler`."""
        if value is self._kind:
            return load_class, (self._code,)
        if getattr(value, "__module__", None) == "__main__" and callable(value):
            raise _NeedsDillError
        if type(value).__module__ == "__main__" and type(value) is not self._kind:
            raise _NeedsDillError
        return NotImplemented


@lru_cache(maxsize=_KEPT_CLASSES)
def load_class(code: bytes) -> type:
    """Return the class of *code*; in a process that is used again, the same one again."""
    import dill

    found: type = dill.loads(code)
    return found


_lock = threading.Lock()
_kept: dict[type, tuple[object, bytes]] = {}


def _class_code(kind: type) -> bytes | None:
    """Return a class as bytes, from before where nothing in it can have changed."""
    state = state_of(kind)
    if state is None:
        return None
    with _lock:
        known = _kept.get(kind)
        if known is not None and known[0] == state:
            return known[1]
    code = _by_value(kind)
    with _lock:
        if len(_kept) >= _KEPT_CLASSES:
            _kept.clear()
        _kept[kind] = (state, code)
    return code


def _by_value(value: object) -> bytes:
    import dill

    try:
        with io.BytesIO() as buffer:
            dill.dump(value, buffer, protocol=_PROTOCOL, recurse=True)
            return buffer.getvalue()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a border: what is stored is the user's, and may do anything
        said = plain_text(error, _REASON_LIMIT)
        reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
        raise NotStorableError(" ".join(reason.split())) from error
