from __future__ import annotations

import ast
import importlib.util
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gui
from gui import i18n

pytestmark = pytest.mark.gui

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


def _in_source() -> set[str | tuple[str, str]]:
    """Return what the calls show, read otherwise than by the tool that fills the catalogues."""
    found: set[str | tuple[str, str]] = set()
    for name, call, path in _calls():
        if path.name != "i18n.py":
            texts = [
                _literal(argument, path) for argument in call.args[: 1 + (name == "tr_plural")]
            ]
            found.add((texts[0], texts[1]) if name == "tr_plural" else texts[0])
    return found


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _load_tool() -> ModuleType:
    path = GUI_FOLDER.parent / "packaging" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations_tool", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _load_tool()
SOURCES = TOOL.sources()


@pytest.fixture
def restored_language() -> Iterator[None]:
    yield
    i18n.set_language("en")


def _ids(catalog: Any) -> set[str | tuple[str, str]]:
    return {message.id for message in catalog if message.id}


def test_the_tool_finds_every_text_of_the_window() -> None:
    assert _ids(TOOL.window_texts()) == _in_source()


def test_every_language_has_every_catalogue() -> None:
    found = {(path.parent.parent.name, path.stem) for path in SOURCES}
    assert found == {
        (language, domain)
        for language in i18n.LANGUAGES
        for domain in i18n.DOMAINS
        if language != "en"
    }
    assert set(TOOL.TEMPLATES) == set(i18n.DOMAINS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_text_is_missing_and_none_is_left_over(path: Path) -> None:
    catalog = TOOL.read(path)
    wanted = _ids(TOOL.TEMPLATES[path.stem]())
    assert sorted(map(str, wanted - _ids(catalog))) == [], "run make translations"
    assert sorted(map(str, _ids(catalog) - wanted)) == [], "run make translations"
    assert catalog.obsolete == {}
    untranslated = [m.id for m in catalog if m.id and not TOOL.is_translated(catalog, m.string)]
    assert untranslated == []
    assert [message.id for message in catalog if message.id and message.fuzzy] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_translations_keep_the_fields_of_their_text(path: Path) -> None:
    for message in TOOL.read(path):
        if isinstance(message.id, str):
            if path.stem == "window":  # the core's texts have no fields, but examples in braces
                assert _fields(message.id) == _fields(message.string), message.id
        else:
            one, other = message.id
            assert _fields(other) >= _fields(one)
            for form in message.string:
                assert _fields(form) <= _fields(other), one


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_is_written_as_the_tool_writes_it(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "es" / "LC_MESSAGES" / path.name
    again.parent.mkdir(parents=True)
    TOOL.write(again, TOOL.read(path))
    assert again.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_what_is_compiled_is_what_the_source_says(path: Path) -> None:
    compiled = i18n.load_catalogue(path.parent.parent.name)
    for message in TOOL.read(path):
        if isinstance(message.id, str) and message.id:
            assert compiled.text(message.id) == message.string
        elif message.id:
            for count in (1, 2, 5, 1_000_000):
                assert compiled.texts.ngettext(*message.id, count) in message.string


def test_plurals_follow_the_language(restored_language: None) -> None:
    forms = ("{count} row", "{count} rows")
    assert [i18n.tr_plural(*forms, count) for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    i18n.set_language("es")
    assert [i18n.tr_plural(*forms, count) for count in (0, 1, 2)] == [
        "0 filas",
        "1 fila",
        "2 filas",
    ]
    assert i18n.tr_plural(*forms, 2_000_000).endswith(" de filas")


def test_no_text_is_no_text(restored_language: None) -> None:
    i18n.set_language("es")
    assert i18n.translate("") == ""


def test_a_language_without_its_catalogue_is_english(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(i18n, "files", lambda _name: tmp_path)
    assert i18n.load_catalogue("es").text("Cancel") == "Cancel"
    damaged = tmp_path / "translations" / "es" / "LC_MESSAGES" / "window.mo"
    damaged.parent.mkdir(parents=True)
    for content in (b"", b"no", b"not a catalogue", bytes.fromhex("de120495") + bytes(16)):
        damaged.write_bytes(content)
        assert i18n.load_catalogue("es").text("Cancel") == "Cancel"


def test_a_missing_text_is_shown_in_english(restored_language: None) -> None:
    i18n.set_language("es")
    assert i18n.translate("No such text at all {name}") == "No such text at all {name}"
    assert i18n.current_language() == "es"


def test_an_unknown_language_falls_back_to_english(restored_language: None) -> None:
    i18n.set_language("xx")
    assert i18n.current_language() == "en"


# Signs and names of formats are the same in every language.
SAME_EVERYWHERE = {"decimal"}


def test_every_field_of_a_form_has_words_that_can_be_translated() -> None:
    from queue_core.components.registry import ComponentKind, components
    from queue_core.jobs.catalogue import BUILT_IN

    forms = [kind.parameters or {} for kind in BUILT_IN.values()]
    forms += [loader.schema for loader in components(ComponentKind.LOADER).values()]
    silent = []
    while forms:
        for name, item in forms.pop().get("properties", {}).items():
            forms.append(item)
            raw = "enum" in item and "enum-titles" not in item and name not in SAME_EVERYWHERE
            if raw or not item.get("title"):
                silent.append(name)
    assert silent == []
