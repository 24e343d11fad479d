"""The settings' records as the schema of a form, and the form's values as settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.i18n import mark, tr, translate
from queue_core.settings.record import Setting

MIB = 2**20
UNITS = {"s": mark("seconds"), "days": mark("days"), "bytes": mark("MiB")}
JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", tuple: "array"}


@dataclass(frozen=True)
class Section:
    """Settings that belong together.

    Attributes:
        title: Its heading.
        prefixes: The beginnings of the keys that it shows.
    """

    title: str
    prefixes: tuple[str, ...]


SECTIONS = (
    Section(mark("Window"), ("window.",)),
    Section(mark("Jobs"), ("queue.", "runner.", "retries.", "jobs.")),
    Section(mark("Limits"), ("limits.",)),
    Section(mark("Data"), ("datasets.",)),
    Section(mark("Clean-up"), ("retention.",)),
    Section(mark("Other programs"), ("api.",)),
)
OTHERS = Section(mark("Other"), ())


def sections_of(settings: Mapping[str, Setting[Any]]) -> list[tuple[Section, list[Setting[Any]]]]:
    """Return the sections that have settings, each with them, none left out."""
    found = [
        (section, [s for key, s in settings.items() if key.startswith(section.prefixes)])
        for section in SECTIONS
    ]
    placed = {setting.key for _, members in found for setting in members}
    rest = [setting for key, setting in settings.items() if key not in placed]
    return [(section, members) for section, members in [*found, (OTHERS, rest)] if members]


def schema_of(settings: list[Setting[Any]]) -> dict[str, Any]:
    """Return the JSON Schema object that a form of these settings is made from."""
    return {"type": "object", "properties": {item.key: _property(item) for item in settings}}


def to_form(setting: Setting[Any], value: Any) -> Any:
    """Return a setting's value as its field shows it."""
    if isinstance(value, tuple):
        return list(value)
    if setting.unit == "bytes":
        return value // MIB if value % MIB == 0 else value / MIB
    return value


def from_form(setting: Setting[Any], value: Any) -> Any:
    """Return a field's value as the setting takes it."""
    if setting.kind is tuple:
        return tuple(value or ())
    if setting.unit == "bytes":
        return round(value * MIB)
    return value


def _property(setting: Setting[Any]) -> dict[str, Any]:
    scale = MIB if setting.unit == "bytes" else 1
    item: dict[str, Any] = {
        "title": setting.title,
        "description": _sentence(setting),
        "type": "number" if setting.unit == "bytes" else JSON_TYPES[setting.kind],
        "default": to_form(setting, setting.default_value()),
    }
    if setting.choices:
        item["enum"] = list(setting.choices)
        item["enum-titles"] = [translate(title) for title in setting.choices.values()]
    if setting.minimum is not None:
        item["minimum"] = setting.minimum / scale
    if setting.maximum is not None:
        item["maximum"] = setting.maximum / scale
    if setting.kind is tuple:
        item["items"] = {"type": "string"}
    return item


def _sentence(setting: Setting[Any]) -> str:
    sentence = translate(setting.sentence)
    if not setting.unit:
        return sentence
    unit = translate(UNITS.get(setting.unit, setting.unit))
    return tr("{sentence} In {unit}.", sentence=sentence, unit=unit)
