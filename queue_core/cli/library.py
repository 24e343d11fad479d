"""`dashai-monitor library`: the datasets, notebooks, models and results of the local folder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from queue_core.cli.output import clean
from queue_core.cli.terminal import Terminal, format_time
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.errors import EntityInUseError, ParameterError
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from queue_core.library.entities import EntityRecord

RENAME, DELETE = "rename", "delete"
USAGE: Final = {RENAME: "rename KIND ID NAME", DELETE: "delete KIND ID [--cascade]"}
# Parts of a run: shown with it.
PARTS: Final = (EntityKind.METRIC, EntityKind.TRIAL)
KINDS: Final = tuple(kind for kind in EntityKind if kind not in PARTS)
COLORS: Final = {
    EntityStatus.FINISHED: "green",
    EntityStatus.ERROR: "red",
    EntityStatus.STARTED: "blue",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = ", ".join(kind.value.replace("_", "-") for kind in KINDS)
    parser.add_argument(
        "words", metavar="KIND [ID]", nargs="*",
        help=f"what to list, and which one to show; kinds: {kinds}. "
        f"Or: {USAGE[RENAME]}; {USAGE[DELETE]}",
    )  # fmt: skip
    parser.add_argument(
        "--cascade", action="store_true", help="delete: with all that was made from it"
    )
    parser.add_argument("--search", metavar="TEXT", default="", help="only names that contain it")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List, show, rename or delete."""
    folder = LocalFolder.resolve().create()
    match arguments.words:
        case []:
            return _list(folder, KINDS, arguments.search, terminal)
        case ["rename", kind, number, *name] if name:
            return _rename(folder, parse_entity(kind, number), " ".join(name), terminal)
        case ["delete", kind, number]:
            return _delete(folder, parse_entity(kind, number), terminal, arguments.cascade)
        case [("rename" | "delete") as action, *_]:
            raise ParameterError(
                f"It is not clear what to {action}.", hint=f"dashai-monitor library {USAGE[action]}"
            )
        case [kind]:
            return _list(folder, [parse_kind(kind)], arguments.search, terminal)
        case [kind, number]:
            from queue_core.cli.library_entry import show_entity

            return show_entity(folder, *parse_entity(kind, number), terminal)
        case _:
            raise ParameterError(
                "One entry is shown at a time.", hint="dashai-monitor library KIND ID"
            )


def parse_kind(text: str) -> EntityKind:
    """Return the kind that is meant, e.g. by `run`, `runs` or `model-session`.

    Raises:
        ParameterError: There is no such kind.
    """
    word = text.lower().replace("-", "_")
    for kind in KINDS:
        if word in (kind.value, f"{kind.value}s"):
            return kind
    known = ", ".join(kind.value.replace("_", "-") for kind in KINDS)
    raise ParameterError(
        f"The library has no “{text}”.", parameter="kind", hint=f"There are {known}."
    )


def parse_entity(kind: str, number: str) -> tuple[EntityKind, int]:
    """Return kind and id.

    Raises:
        ParameterError: There is no such kind, or the id is no number.
    """
    chosen = parse_kind(kind)
    if not number.isdecimal():
        raise ParameterError(
            f"The id of a {chosen.label} is a number, not “{number}”.",
            hint=f"List them with: dashai-monitor library {kind}",
        )
    return chosen, int(number)


def _list(folder: LocalFolder, kinds: Sequence[EntityKind], search: str, terminal: Terminal) -> int:
    from queue_core.library.entities import EntityFilter, list_entities

    found = [
        record
        for kind in kinds
        for record in list_entities(folder, kind, EntityFilter(text=search))
    ]
    if terminal.json:
        terminal.document([record.to_json() for record in found])
    elif found:
        print_entities(found, terminal)
    else:
        terminal.note("Nothing matches." if search else "There is nothing yet.")
    return 0


def print_entities(records: Sequence[EntityRecord], terminal: Terminal) -> None:
    """Print a table of entities."""
    rows = [
        (
            record.status.value.lower().replace("_", " "), record.kind.value.replace("_", "-"),
            str(record.id), record.name, summary(record), format_time(record.created_at),
            record.error or "",
        )
        for record in records
    ]  # fmt: skip
    terminal.table(
        ("STATUS", "KIND", "ID", "NAME", "WHAT", "CREATED", "ERROR"),
        rows,
        colors=[COLORS.get(record.status, "grey") for record in records],
    )


def summary(record: EntityRecord) -> str:
    """Return in a few words what an entity holds."""
    details = record.details
    rows, columns = details.get("row_count"), details.get("column_count")
    if rows is not None:
        size = f"{rows:,} rows"
        return f"{size}, {columns} columns" if columns is not None else size
    return str(details.get("model") or details.get("component") or details.get("task") or "")


def _rename(
    folder: LocalFolder, entity: tuple[EntityKind, int], name: str, terminal: Terminal
) -> int:
    from queue_core.library.entities import rename_entity

    record = rename_entity(folder, *entity, name)
    terminal.told(f"{record.kind.label.capitalize()} {record.id} is called “{clean(record.name)}”.")
    if terminal.json:
        terminal.document(record.to_json())
    return 0


def _delete(
    folder: LocalFolder, entity: tuple[EntityKind, int], terminal: Terminal, cascade: bool
) -> int:
    from queue_core.database.deletion import delete_entity
    from queue_core.database.dependents import counted

    try:
        deletion = delete_entity(folder, *entity, cascade=cascade)
    except EntityInUseError as error:
        if not cascade and error.hint:
            show = f"library {entity[0].value.replace('_', '-')} {entity[1]}"
            error.hint = (
                f"See what hangs on it with: dashai-monitor {show}; --cascade deletes that too."
            )
        raise
    along = counted(deletion.along)
    terminal.told(
        f"{deletion.kind.label.capitalize()} “{clean(deletion.name)}” is deleted"
        + (f", with {along}." if along else ".")
    )
    if terminal.json:
        terminal.document(_deletion_to_json(deletion))
    return 0


def _deletion_to_json(deletion: Any) -> dict[str, Any]:
    return {
        "kind": deletion.kind.value,
        "id": deletion.id,
        "name": deletion.name,
        "along": [
            {"kind": item.kind.value, "id": item.id, "name": item.name} for item in deletion.along
        ],
    }
