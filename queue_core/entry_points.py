"""What installed packages declare for this program, whatever state those packages are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions

UNKNOWN_PACKAGE = "an unknown package"


@dataclass(frozen=True)
class Declared:
    """An entry point, or why those of a package cannot be read.

    Attributes:
        package: The package that declares it.
        point: The entry point; None where they cannot be read.
        problem: Why; empty where they can.
    """

    package: str
    point: EntryPoint | None = None
    problem: str = ""


def declared(group: str) -> Iterator[Declared]:
    """Yield the entry points of a group by name, each once, and packages that cannot be read.

    A package that is found in two places of the import path counts where it is found first.
    """
    found: list[Declared] = []
    seen: set[str] = set()
    for distribution in distributions():
        package = _name(distribution)
        if package in seen and package != UNKNOWN_PACKAGE:
            continue
        seen.add(package)
        try:
            points = [point for point in distribution.entry_points if point.group == group]
        except Exception as error:  # noqa: BLE001 - a border: another package's files
            if _mentions(distribution, group):
                found.append(Declared(package, problem=reason(error)))
            continue
        found += [Declared(package, point) for point in points]
    yield from sorted(found, key=lambda item: item.point.name if item.point else "")


def reason(error: BaseException) -> str:
    """Return what an error of code that is not ours says, in one line."""
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - a border: even its text may be broken
        return kind
    return f"{kind}: {text}" if text else kind


def _name(distribution: Distribution) -> str:
    try:
        return str(distribution.metadata["Name"] or UNKNOWN_PACKAGE)
    except Exception:  # noqa: BLE001 - a border: another package's files
        return UNKNOWN_PACKAGE


def _mentions(distribution: Distribution, group: str) -> bool:
    """Return whether a file of entry points that cannot be parsed is meant for this program."""
    try:
        return f"[{group}]" in (distribution.read_text("entry_points.txt") or "")
    except (OSError, ValueError):
        return True
