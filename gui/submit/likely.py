"""Filling a form with the start that most likely is meant, and taking that back."""

from __future__ import annotations

from collections.abc import Collection

from gui.jobs.type_looks import look_of
from gui.submit.form import SchemaForm
from gui.submit.schema import Field


def choose_newest(form: SchemaForm, task_type: str, kind: str) -> None:
    """Begin with the newest one where one must be chosen anyway, or most likely is."""
    look = look_of(task_type)
    likely = kind == look.begins_with and not any(
        form.row(field.name).editor.value() is not None
        for other in look.starts_from
        for field in form.fields_of_format(other)
    )
    for field in form.fields_of_format(kind):
        needed = field.required and not field.nullable
        row = form.row(field.name)
        if (needed or likely) and row.editor.value() is None:
            row.editor.set_value(row.editor.newest())
            row.forget_touch()


def take_back_likely(
    form: SchemaForm, task_type: str, chosen: Field, given: Collection[str]
) -> None:
    """Empty the field that was filled as likely once the user starts from something else.

    Args:
        form: The form.
        task_type: Class name of the job.
        chosen: The field that the user has just filled.
        given: Names of fields whose values were given on purpose.
    """
    look = look_of(task_type)
    begins = look.begins_with
    if chosen.format == begins or chosen.format not in look.starts_from:
        return
    if not begins or form.row(chosen.name).editor.value() is None:
        return
    for field in form.fields_of_format(begins):
        row = form.row(field.name)
        if not row.was_touched and field.name not in given:
            row.editor.set_value(None)
            row.forget_touch()
