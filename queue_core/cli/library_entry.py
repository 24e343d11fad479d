"""One entry of the library: what it is, what it was made from, what hangs on it, its results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.reader import read_artifacts, read_text
from queue_core.artifacts.writer import artifact_folder
from queue_core.cli.output import clean
from queue_core.cli.terminal import Terminal, format_time, shorten
from queue_core.database.status import EntityKind
from queue_core.library.entities import EntityDetails, MetricRecord, get_details, metrics_of
from queue_core.paths import LocalFolder

SHOWN_LENGTH: Final = 160
if TYPE_CHECKING:
    from queue_core.library.entities import EntityRecord


def show_entity(folder: LocalFolder, kind: EntityKind, entity_id: int, terminal: Terminal) -> int:
    """Print all that is known of an entity."""
    details = get_details(folder, kind, entity_id)
    artifacts = read_artifacts(artifact_folder(folder, kind.value, entity_id))
    metrics = metrics_of(folder, entity_id) if kind is EntityKind.RUN else []
    if terminal.json:
        terminal.document(_to_json(details, artifacts, metrics))
        return 0
    _print_record(details.record, terminal)
    for title, words in _relations(details):
        _print_title(terminal, title)
        for word in words:
            terminal.line(f"  {clean(word)}")
    final = [metric for metric in metrics if metric.step is None and metric.fold is None]
    if final:
        _print_title(terminal, "Metrics")
        rows = [(item.name, item.split, _number(item.value)) for item in final]
        terminal.table(("METRIC", "ROWS", "VALUE"), rows)
    _print_artifacts(details.record, artifacts, terminal)
    return 0


def _to_json(
    details: EntityDetails, artifacts: tuple[Artifact, ...], metrics: list[MetricRecord]
) -> dict[str, Any]:
    document = {
        **details.record.to_json(),
        "parents": {key: _brief(record) for key, record in details.parents.items()},
        "dependents": [
            {**_brief(item), "status": item.status.value, "effect": item.effect.value}
            for item in details.dependents
        ],
        "stale": [_brief(item) for item in details.stale],
        "artifacts": [{**item.to_json(), "path": str(item.path)} for item in artifacts],
    }
    if metrics:
        names = ("name", "split", "fold", "step", "value")
        document["metrics"] = [
            {name: getattr(metric, name) for name in names} for metric in metrics
        ]
    return document


def _brief(item: Any) -> dict[str, Any]:
    return {"kind": item.kind.value, "id": item.id, "name": item.name}


def _print_record(record: EntityRecord, terminal: Terminal) -> None:
    name = terminal.paint(clean(record.name), "bold")
    terminal.line(f"{name}  {record.kind.label} {record.id}")
    facts: dict[str, Any] = {
        "status": record.status.value.lower().replace("_", " "),
        "error": record.error,
        "job": record.job_id,
        "created": format_time(record.created_at),
        "finished": format_time(record.finished_at),
        **record.details,
    }
    for key, value in facts.items():
        if value not in (None, "", [], {}):
            terminal.line(f"  {clean(key)}: {shorten(clean(_text(value)), SHOWN_LENGTH)}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and "name" in value[0]:
        return ", ".join(f"{item['name']} ({item.get('type', '')})" for item in value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _relations(details: EntityDetails) -> Iterator[tuple[str, list[str]]]:
    parents = [f"{item.kind.label} {item.id}  {item.name}" for item in details.parents.values()]
    hanging = [
        f"{item.kind.label} {item.id}  {item.name}  ({_fate(item.effect.value)})"
        for item in details.dependents
    ]
    stale = [f"{item.kind.label} {item.id}  {item.name}" for item in details.stale]
    for title, words in (
        ("Made from", parents),
        ("What hangs on it", hanging),
        ("Stale: made from other data than it holds now", stale),
    ):
        if words:
            yield title, words


def _fate(effect: str) -> str:
    return {
        "deleted": "deleted with it",
        "protected": "keeps it from being deleted alone",
        "kept": "stays when it is deleted",
    }[effect]


def _print_artifacts(
    record: EntityRecord, artifacts: tuple[Artifact, ...], terminal: Terminal
) -> None:
    if not artifacts:
        return
    _print_title(terminal, "Results")
    rows = [(item.name, item.kind.value, item.title) for item in artifacts]
    terminal.table(("NAME", "KIND", "TITLE"), rows)
    for item in artifacts:
        if item.kind is ArtifactKind.TEXT:
            _print_title(terminal, clean(item.title))
            terminal.line(read_text(item).rstrip())
    kind = record.kind.value.replace("_", "-")
    terminal.note(f"Write one to a file with: dashai-monitor export {kind} {record.id} NAME FILE")


def _print_title(terminal: Terminal, title: str) -> None:
    terminal.line()
    terminal.line(terminal.paint(title, "bold"))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
