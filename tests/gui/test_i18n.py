from __future__ import annotations

import ast
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import gui
from gui import i18n
from queue_core.components.registry import ComponentKind, components
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.settings import SETTINGS

pytestmark = pytest.mark.gui

LOOKED_UP_WHEN_SHOWN = {"mark"}
GUI_FOLDER = Path(gui.__file__).parent


def _calls() -> Iterator[tuple[str, ast.Call, Path]]:
    for path in sorted(GUI_FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else None
                name = function.id if isinstance(function, ast.Name) else name
                # QObject.tr is Qt's own and not used here.
                if name in {"tr", "tr_plural", "mark"}:
                    yield name, node, path


def _literal(node: ast.expr, path: Path) -> str:
    assert isinstance(node, ast.Constant), f"{path}:{node.lineno}: not a literal text"
    assert isinstance(node.value, str), f"{path}:{node.lineno}: not a literal text"
    return node.value


def _texts() -> set[str]:
    return {
        _literal(call.args[0], path)
        for name, call, path in _calls()
        if name != "tr_plural" and path.name != "i18n.py"
    }


def _plurals() -> dict[str, str]:
    return {
        _literal(call.args[0], path): _literal(call.args[1], path)
        for name, call, path in _calls()
        if name == "tr_plural" and path.name != "i18n.py"
    }


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture
def spanish() -> i18n.Catalogue:
    return i18n.load_catalogue("es")


@pytest.fixture
def restored_language() -> Iterator[None]:
    yield
    i18n.set_language("en")


def test_every_text_of_the_window_is_there_in_spanish(spanish: i18n.Catalogue) -> None:
    missing = sorted(_texts() - spanish.texts.keys())
    assert not missing, f"add to es.json: {missing}"


def test_every_plural_of_the_window_is_there_in_spanish(spanish: i18n.Catalogue) -> None:
    missing = sorted(_plurals().keys() - spanish.plurals.keys())
    assert not missing, f"add to es.json: {missing}"


def test_no_translation_is_left_over() -> None:
    kept = i18n.read_translations("es")
    assert sorted(kept["texts"].keys() - _texts()) == []
    assert sorted(kept["plurals"].keys() - _plurals().keys()) == []


def _schema_words(schema: Mapping[str, Any]) -> Iterator[str]:
    for item in schema.get("properties", {}).values():
        yield from (item.get("title", ""), item.get("description", ""))
        yield from item.get("enum-titles", ())
        yield from _schema_words(item)


def _core_texts() -> set[str]:
    """What people read of settings, of the forms of jobs and of the options of loaders."""
    found: set[str] = set()
    for setting in SETTINGS.values():
        found |= {setting.title, setting.sentence, *setting.choices.values()}
    for kind in BUILT_IN.values():
        found |= {kind.title, kind.noun, kind.description, *_schema_words(kind.parameters or {})}
    for loader in components(ComponentKind.LOADER).values():
        found |= {loader.title, *_schema_words(loader.schema)}
    return found - {""}


def test_settings_and_forms_are_there_in_spanish(spanish: i18n.Catalogue) -> None:
    missing = sorted(_core_texts() - spanish.texts.keys())
    assert not missing, f"add to es_core.json: {missing}"


def test_no_translation_of_the_core_is_left_over() -> None:
    kept = i18n.read_translations("es_core")["texts"].keys()
    assert sorted(kept - _core_texts()) == []
    assert sorted(kept & i18n.read_translations("es")["texts"].keys()) == []


def test_translations_keep_the_fields_of_their_text(spanish: i18n.Catalogue) -> None:
    for text, translated in i18n.read_translations("es")["texts"].items():
        assert _fields(text) == _fields(translated), text
        assert translated.strip(), text
    for one, other in _plurals().items():
        assert _fields(other) >= _fields(one)
        for form in spanish.plurals[one]:
            assert _fields(form) <= _fields(other), one


def test_a_missing_text_is_shown_in_english(restored_language: None) -> None:
    i18n.set_language("es")
    assert i18n.translate("No such text at all {name}") == "No such text at all {name}"
    assert i18n.current_language() == "es"


def test_an_unknown_language_falls_back_to_english(restored_language: None) -> None:
    i18n.set_language("xx")
    assert i18n.current_language() == "en"
