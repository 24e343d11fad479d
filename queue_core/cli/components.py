"""`dashai-monitor components`: job types and what they are made of, with the parameters of each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from queue_core.cli.output import clean
from queue_core.cli.terminal import Terminal
from queue_core.components.registry import Component, ComponentKind, components, get_component
from queue_core.errors import ParameterError
from queue_core.extras import install_command

if TYPE_CHECKING:
    from queue_core.jobs.job_type import JobType

SHOWN_CHOICES: Final = 8
JOB: Final = "job"
Row: TypeAlias = tuple[str, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = ", ".join((*ComponentKind, JOB))
    parser.add_argument("kind", metavar="KIND", nargs="?", help=f"{kinds}; or their plurals")
    parser.add_argument("id", metavar="ID", nargs="?", help="show one with its parameters")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List the components, or show one."""
    if arguments.kind in (JOB, f"{JOB}s"):
        return _run_for_jobs(arguments.id, terminal)
    if arguments.id is not None:
        component = get_component(parse_kind(arguments.kind), arguments.id)
        if terminal.json:
            terminal.document(component.to_json())
        else:
            _print_one(component, terminal)
        return 0
    kinds = [parse_kind(arguments.kind)] if arguments.kind else list(ComponentKind)
    found = [item for kind in kinds for item in components(kind).values()]
    if terminal.json:
        terminal.document([item.to_json() for item in found])
        return 0
    rows = [
        (item.kind.value, item.id, item.title, ", ".join(item.tasks), item.extra or "",
         item.description)
        for item in found
    ]  # fmt: skip
    terminal.table(("KIND", "ID", "TITLE", "TASKS", "NEEDS EXTRA", "DESCRIPTION"), rows)
    return 0


def parse_kind(text: str) -> ComponentKind:
    """Return the kind that is meant, e.g. by `model` or `models`.

    Raises:
        ParameterError: There is no such kind.
    """
    word = text.lower()
    for kind in ComponentKind:
        if word in (kind.value, f"{kind.value}s"):
            return kind
    raise ParameterError(
        f"There is no kind of component “{text}”.",
        parameter="kind",
        hint=f"There are {', '.join((*ComponentKind, JOB))}.",
    )


def _run_for_jobs(name: str | None, terminal: Terminal) -> int:
    from queue_core.jobs.registry import get_job_type, job_types

    if name is not None:
        job_type = get_job_type(name)
        if terminal.json:
            terminal.document(job_type.to_json())
        else:
            _print_job_type(job_type, terminal)
        return 0
    found = list(job_types().values())
    if terminal.json:
        terminal.document([item.to_json() for item in found])
    else:
        rows = [(item.name, item.title, item.package, item.description) for item in found]
        terminal.table(("TYPE", "TITLE", "PACKAGE", "DESCRIPTION"), rows)
    return 0


def _print_job_type(job_type: JobType, terminal: Terminal) -> None:
    title = terminal.paint(clean(job_type.title), "bold")
    terminal.line(f"{title}  job type {job_type.name}")
    terminal.line(clean(job_type.description))
    _print_parameters(job_type.parameters or {}, terminal)


def _print_one(component: Component, terminal: Terminal) -> None:
    title = terminal.paint(clean(component.title), "bold")
    terminal.line(f"{title}  {component.kind.value} {component.id}")
    terminal.line(clean(component.description))
    for what, words in (
        ("Tasks", component.tasks),
        ("Columns", component.column_types),
        ("Needs", (install_command(component.extra),) if component.extra else ()),
    ):
        if words:
            terminal.line(f"  {what}: {', '.join(words)}")
    _print_parameters(component.schema, terminal)


def _print_parameters(schema: Mapping[str, Any], terminal: Terminal) -> None:
    rows = list(_parameter_rows(schema))
    if rows:
        terminal.line()
        terminal.table(("PARAMETER", "VALUES", "DEFAULT", "DESCRIPTION"), rows)


def _parameter_rows(schema: Mapping[str, Any], outer: str = "") -> Iterator[Row]:
    """Yield the parameters, those within an object by their dotted name."""
    required = schema.get("required", ())
    for name, item in schema.get("properties", {}).items():
        default = "(must be given)" if name in required and "default" not in item else ""
        if item.get("default") not in (None, {}):
            default = json.dumps(item["default"], ensure_ascii=False)
        yield outer + name, describe_values(item), default, str(item.get("description", ""))
        yield from _parameter_rows(item, f"{outer}{name}.")


def describe_values(schema: Mapping[str, Any]) -> str:
    """Return which values a schema allows, in a few words, e.g. `integer, 1 to 100`."""
    if "enum" in schema:
        return _choices(schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    kinds = schema.get("type", ())
    words = [kinds] if isinstance(kinds, str) else list(kinds)
    words += [describe_values(item) for item in schema.get("anyOf", ())]
    text = " or ".join(dict.fromkeys(word for word in words if word))
    bounds = _bounds(schema)
    return f"{text}, {bounds}" if text and bounds else text or bounds or "any"


def _choices(values: Sequence[Any]) -> str:
    shown = [json.dumps(value, ensure_ascii=False).strip('"') for value in values[:SHOWN_CHOICES]]
    return ", ".join(shown) + (", …" if len(values) > SHOWN_CHOICES else "")


def _bounds(schema: Mapping[str, Any]) -> str:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"{'above' if 'minimum' not in schema else 'at least'} {low}"
    if high is not None:
        return f"{'below' if 'maximum' not in schema else 'at most'} {high}"
    return ""
