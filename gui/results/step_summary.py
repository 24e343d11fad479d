"""What a step of a notebook did to the table, in one line; knows no widgets."""

from __future__ import annotations

from collections.abc import Sequence

from gui.i18n import tr, tr_plural
from queue_core.artifacts.reader import read_artifacts, read_report
from queue_core.artifacts.writer import artifact_folder
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import EntityRecord
from queue_core.paths import LocalFolder

SUMMARY = "summary"
MOST_NAMES = 6


def changes_of(folder: LocalFolder, step: EntityRecord) -> str:
    """Return rows, columns, and which came and went; empty where that was not kept.

    It is what the step did where it stood when it was made.
    """
    if step.status is not EntityStatus.FINISHED:
        return ""
    place = artifact_folder(folder, EntityKind.CONVERTER.value, step.id)
    stored = next((a for a in read_artifacts(place) if a.name == SUMMARY), None)
    if stored is None:
        return ""
    report = read_report(stored)
    parts = []
    rows, before = report.get("rows"), report.get("rows before")
    if isinstance(rows, int) and isinstance(before, int) and rows != before:
        change = before - rows
        parts.append(
            tr_plural("{count} row fewer", "{count} rows fewer", change)
            if change > 0
            else tr_plural("{count} row more", "{count} rows more", -change)
        )
    if new := report.get("new columns"):
        parts.append(tr("new: {names}", names=_some(new)))
    if gone := report.get("gone columns"):
        parts.append(tr("gone: {names}", names=_some(gone)))
    return " · ".join(parts) or tr("The values changed; rows and columns stayed.")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return shown + (", …" if len(names) > MOST_NAMES else "")
