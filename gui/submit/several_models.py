"""What the ticked components of a form come to: their parameters, their mistakes, their jobs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.submit.job_types import TRAINING, JobForm
from gui.submit.schema import parse_schema
from gui.submit.validation import problem_with
from gui.submit.variants import MOST_JOBS, Choice, most_of, variants_of
from queue_core.errors import MonitorError

# The kinds of job of which one form can make several: their results can be compared.
TAKES_SEVERAL = frozenset({TRAINING})
NAME = "name"


def choices_of(
    form: JobForm, ids: Collection[str], params_of: Mapping[str, Mapping[str, Any]]
) -> list[Choice]:
    """Return the ticked components with what was entered for each."""
    return [
        Choice(
            item.id,
            item.title,
            params_of.get(item.id, {}),
            parse_schema(item.schema) if params_of.get(item.id) else (),
        )
        for item in form.components
        if item.id in ids
    ]


def first_with_problem(choices: Collection[Choice]) -> str:
    """Return the id of the first component whose parameters cannot be used; empty for none."""
    for choice in choices:
        for field in choice.fields:
            given = field.name in choice.params
            if given and problem_with(field, choice.params[field.name]) is not None:
                return choice.id
    return ""


def jobs_sentence(choices: Collection[Choice]) -> str:
    """Return how many jobs a form makes; empty where it is one."""
    count = most_of(list(choices))
    if count < 2:
        return ""
    if count > MOST_JOBS:
        return tr(
            "{count} jobs, at most {most} at once",
            count=format_count(count), most=format_count(MOST_JOBS),
        )  # fmt: skip
    return tr_plural("{count} job", "{count} jobs", count)


def run_title(choices: Collection[Choice]) -> str:
    """Return what the button says that submits them."""
    count = most_of(list(choices))
    return tr("Run") if count < 2 else tr_plural("Run {count} job", "Run {count} jobs", count)


def jobs_of(
    form: JobForm, choices: Sequence[Choice], values: Mapping[str, Any], data: str
) -> list[dict[str, Any]]:
    """Return the parameters of each job where a form comes to several; else nothing.

    Args:
        form: What the form is made from.
        choices: The ticked components.
        values: What all jobs have in common.
        data: What they are used on.

    Raises:
        MonitorError: There are more than can be put at once.
    """
    count = most_of(choices)
    if count < 2:
        return []
    if count > MOST_JOBS:
        raise MonitorError(
            tr("These would be {count} jobs.", count=format_count(count)),
            hint=tr(
                "Untick some models, or give fewer values: {most} jobs can be put at once.",
                most=format_count(MOST_JOBS),
            ),
        )
    return [
        {**values, form.component_field: job.component, form.params_field: dict(job.params),
         NAME: job.name}
        for job in variants_of(choices, name=_named(values), data=data)
    ]  # fmt: skip


def names_of(choices: Sequence[Choice], values: Mapping[str, Any], data: str) -> list[str]:
    """Return what the jobs of a form are called; nothing where it is one, or too many."""
    if not 1 < most_of(choices) <= MOST_JOBS:
        return []
    return [job.name for job in variants_of(choices, name=_named(values), data=data)]


def _named(values: Mapping[str, Any]) -> str:
    return str(values.get(NAME) or "").strip()


def note_for(shown_id: str, ticked: Collection[str]) -> tuple[str, str]:
    """Return what is said below the heading of the component that is shown, and its colour."""
    if shown_id and ticked and shown_id not in ticked:
        return tr("Not ticked, so it is not used. The ticked ones are."), "killed"
    return tr("Tick more models, or give several values such as “4, 8, 16”: one job each."), "muted"
