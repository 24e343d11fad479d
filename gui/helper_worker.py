"""The helper process: reads data files for the window, so that the window never waits for them.

It knows no Qt. One request a line comes in on standard input, one answer a line goes out. It ends
when the window does: standard input is closed then.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import IO, Any

from queue_core.errors import MonitorError


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        request = json.loads(line)
        answers.write(json.dumps(_answer(request), ensure_ascii=True, allow_nan=False) + "\n")
        answers.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    number = request["number"]
    try:
        module, _, name = request["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        return {"number": number, "result": function(**request["arguments"])}
    except MonitorError as error:
        return {"number": number, "error": error.message, "hint": error.hint, "known": True}
    except Exception as error:  # noqa: BLE001 - the border: the window shows what went wrong
        reason = str(error).strip() or type(error).__name__
        return {"number": number, "error": reason, "details": traceback.format_exc()}


def main() -> None:
    """Take over the standard streams: what libraries print must not look like an answer."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
