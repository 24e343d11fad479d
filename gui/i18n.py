"""Every text of the window in the user's language.

English is the key; `resources/translations/<language>.json` holds the others: `texts` maps an
English text to its translation, `plurals` an English singular to the pair of forms. A text that a
file does not have is shown in English. `<language>_core.json` holds the texts of the core's
records: settings, parameters of jobs, options of loaders. Texts in records that are made at
import time are wrapped in `mark` and translated where they are shown, with `translate`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

SYSTEM = "system"
LANGUAGES = {"en": "English", "es": "Español"}


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        language: Two-letter code.
        texts: English text → translation.
        plurals: English singular → (singular, plural).
    """

    language: str = "en"
    texts: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, tuple[str, str]] = field(default_factory=dict)


_active = Catalogue()
_qt_translator: QTranslator | None = None


def load_catalogue(language: str) -> Catalogue:
    """Read the texts of *language*, a key of `LANGUAGES`."""
    if language == "en":
        return Catalogue()
    data = read_translations(language)
    core = read_translations(f"{language}_core")
    plurals = {one: (forms[0], forms[1]) for one, forms in data["plurals"].items()}
    return Catalogue(language, {**core["texts"], **data["texts"]}, plurals)


def read_translations(name: str) -> dict[str, dict[str, Any]]:
    """Return what one file of translations holds."""
    source = files("resources") / "translations" / f"{name}.json"
    data: dict[str, dict[str, Any]] = json.loads(source.read_text(encoding="utf-8"))
    return data


def system_language() -> str:
    """Return the language of the desktop, or English where we do not have it."""
    code = QLocale.system().name().partition("_")[0]
    return code if code in LANGUAGES else "en"


def set_language(language: str) -> None:
    """Show texts, numbers and Qt's own buttons in *language*; "system" follows the desktop.

    Widgets that are already made keep their texts.
    """
    global _active
    chosen = system_language() if language == SYSTEM else language
    if chosen not in LANGUAGES:
        chosen = "en"
    _active = load_catalogue(chosen)
    follows_system = language == SYSTEM and QLocale.system().name().startswith(chosen)
    QLocale.setDefault(QLocale.system() if follows_system else QLocale(chosen))
    _translate_qt(chosen)


def current_language() -> str:
    """Return the two-letter code of the language that is shown."""
    return _active.language


def tr(text: str, /, **values: object) -> str:
    """Return *text* in the user's language, with its `{name}` fields filled in."""
    translated = _active.texts.get(text, text)
    return translated.format(**values) if values else translated


def tr_plural(one: str, other: str, count: int, /, **values: object) -> str:
    """Return the form of a text that fits *count*, which is shown where `{count}` stands."""
    forms = _active.plurals.get(one, (one, other))
    chosen = forms[0] if count == 1 else forms[1]
    return chosen.format(count=QLocale().toString(count), **values)


def mark(text: str) -> str:
    """Return *text* as it is: it is translated later, where it is shown."""
    return text


def translate(text: str) -> str:
    """Return the translation of a text that comes out of a record."""
    return _active.texts.get(text, text)


def _translate_qt(language: str) -> None:
    global _qt_translator
    application = QCoreApplication.instance()
    if application is None:
        return
    if _qt_translator is not None:
        application.removeTranslator(_qt_translator)
        _qt_translator = None
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language != "en" and translator.load(f"qtbase_{language}", folder):
        application.installTranslator(translator)
        _qt_translator = translator
