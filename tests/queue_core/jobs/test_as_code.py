"""What a job is copied as makes the same job again."""

from __future__ import annotations

import ast
import shlex
from typing import Any

from queue_core.cli.parameters import parse_pairs
from queue_core.jobs.as_code import as_command, as_python
from queue_core.jobs.catalogue import BUILT_IN

KIND = BUILT_IN["model"]
PARAMS: dict[str, Any] = {
    "dataset_id": 3,
    "output_columns": ["the species; $(rm)", "b=c"],
    "model": "SVC",
    "model_params": {"kernel": "po'ly", "C": 0.5, "shrinking": False, "gamma": None},
    "name": "3",
    "task": "classification",  # the default, so it need not be said
    "metrics": None,
}
SAID = {name: value for name, value in PARAMS.items() if name not in ("task", "metrics")}


def test_the_command_line_reads_what_it_was_copied_as() -> None:
    schema = KIND.parameters or {}
    program, verb, kind, *rest = shlex.split(as_command("model", schema, PARAMS))
    assert (program, verb, kind) == ("dashai-monitor", "submit", "model")
    assert rest[::2] == ["-p"] * len(SAID)
    assert parse_pairs(rest[1::2], schema) == SAID


def test_the_script_says_the_same() -> None:
    tree = ast.parse(as_python("model", KIND.parameters or {}, PARAMS))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    (submit,) = (call for call in calls if getattr(call.func, "attr", "") == "submit")
    assert ast.literal_eval(submit.args[0]) == "model"
    assert {word.arg: ast.literal_eval(word.value) for word in submit.keywords} == SAID
