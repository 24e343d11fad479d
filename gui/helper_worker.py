"""The helper process: reads data files for the window, so that the window never waits for them.

It knows no Qt. One request a line comes in on standard input, one answer a line goes out. It ends
when the window does: standard input is closed then.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sys
import traceback
from typing import IO, Any

from queue_core.errors import MonitorError


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        answers.write(_answer(json.loads(line)) + "\n")
        answers.flush()


def _answer(request: dict[str, Any]) -> str:
    number = request["number"]
    try:
        module, _, name = request["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        return _line({"number": number, "result": function(**request["arguments"])})
    except MonitorError as error:
        return _line({"number": number, "error": error.message, "hint": error.hint, "known": True})
    except Exception as error:  # noqa: BLE001 - the border: the window shows what went wrong
        reason = str(error).strip() or type(error).__name__
        return _line({"number": number, "error": reason, "details": traceback.format_exc()})


def _line(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=True, allow_nan=False)


def main() -> None:
    """Take over the standard streams: what libraries print must not look like an answer.

    Nothing of it is kept back: the last words of a process that dies at once say why.
    """
    # A terminal and the end of a desktop's session tell the whole group: the window ends this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr = _unbuffered(2)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    serve(sys.stdin, answers)


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)


if __name__ == "__main__":
    main()
