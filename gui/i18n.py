"""Every text of the window in the user's language.

English is the key. Below `resources/translations/<language>/LC_MESSAGES` stand three catalogues of
gettext: `window` holds the texts of the window, `core` those of the core's records: settings,
parameters of jobs, options of loaders, `messages` what the core says while it runs. Their sources
are the .po files; `make translations` finds the texts, and building or `make run` compiles them. A
text that none has is shown in English. Texts in records that are made at import time are wrapped in
`mark` and translated where they are shown, with `translate`; what the core said with values in it,
errors, notes, phases, goes through `translate_message`, and the words of figures and tables through
`translate_caption`.
"""

from __future__ import annotations

import logging
import struct
from dataclasses import dataclass, field
from functools import cached_property
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gui.core_templates import FIELD
from gui.core_texts import CoreTexts
from queue_core import naming

logger = logging.getLogger(__name__)

SYSTEM = "system"
LANGUAGES = {"en": "English", "es": "Español"}
MESSAGES: Final = "messages"
DOMAINS: Final = ("window", "core", MESSAGES)


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        language: Two-letter code.
        texts: What finds a translation, and the plural's form that fits a number.
        messages: What the core says while it runs, without the other catalogues.
    """

    language: str = "en"
    texts: NullTranslations = field(default_factory=NullTranslations)
    messages: NullTranslations = field(default_factory=NullTranslations)

    def text(self, english: str) -> str:
        """Return the translation of a text; the text itself where there is none."""
        # The empty text is a catalogue's head.
        return self.texts.gettext(english) if english else ""

    @cached_property
    def core(self) -> CoreTexts:
        """What finds the templates that the core's sentences were made from."""
        said = _entries(self.messages)
        return CoreTexts(
            exact=_entries(self.texts).get,
            templates=[pair for pair in said.items() if _is_template(pair[0])],
            local_number=_local_number,
            joints={", ": ", ", " and ": self.text(" and "), " or ": self.text(" or ")},
        )


_active = Catalogue()
_qt_translator: QTranslator | None = None


def load_catalogue(language: str) -> Catalogue:
    """Read the texts of *language*, a key of `LANGUAGES`."""
    if language == "en":
        return Catalogue()
    texts = NullTranslations()
    for domain in reversed(DOMAINS):
        read = read_translations(language, domain)
        read.add_fallback(texts)
        texts = read
    return Catalogue(language, texts, read_translations(language, MESSAGES))


def read_translations(language: str, domain: str) -> NullTranslations:
    """Return what one compiled catalogue holds; nothing where it was not compiled."""
    source = files("resources") / "translations" / language / "LC_MESSAGES" / f"{domain}.mo"
    try:
        with source.open("rb") as file:
            return GNUTranslations(file)
    except (OSError, ValueError, struct.error) as error:
        logger.info("the texts in %s cannot be read: %s", source, error)
        return NullTranslations()


def _entries(texts: NullTranslations) -> dict[str, str]:
    """Return all texts of a chain of catalogues; plurals are left out."""
    entries: dict[str, str] = {}
    found: NullTranslations | None = texts
    while found is not None:
        # WORKAROUND: gettext has no way to list what it has read.
        for english, text in getattr(found, "_catalog", {}).items():
            if isinstance(english, str) and english:
                entries.setdefault(english, text)
        found = getattr(found, "_fallback", None)
    return entries


def _is_template(english: str) -> bool:
    """Return whether a text has fields, or is one that others go on from."""
    return bool(FIELD.search(english)) or english != english.strip()


def _local_number(text: str) -> str:
    """Return a number that Python wrote (1,234.5) as the language does."""
    plain = text.replace(",", "").replace("−", "-")
    if "." in plain:
        return QLocale().toString(float(plain), "f", len(plain) - plain.index(".") - 1)
    return QLocale().toString(int(plain)) if "," in text else text


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
    naming.name_in(translate)
    _translate_qt(chosen)


def current_language() -> str:
    """Return the two-letter code of the language that is shown."""
    return _active.language


def tr(text: str, /, **values: object) -> str:
    """Return *text* in the user's language, with its `{name}` fields filled in."""
    translated = _active.text(text)
    return translated.format(**values) if values else translated


def tr_plural(one: str, other: str, count: int, /, **values: object) -> str:
    """Return the form of a text that fits *count*, which is shown where `{count}` stands."""
    chosen = _active.texts.ngettext(one, other, count)
    return chosen.format(count=QLocale().toString(count), **values)


def mark(text: str) -> str:
    """Return *text* as it is: it is translated later, where it is shown."""
    return text


def translate(text: str) -> str:
    """Return the translation of a text that comes out of a record."""
    return _active.text(text)


def translate_message(text: str) -> str:
    """Return what the core said (an error, a hint, a note, a phase) in the user's language.

    Texts of others (the cause that a library gave) stay as they are.
    """
    return text if _active.language == "en" else _active.core.message(text)


def translate_caption(text: str) -> str:
    """Return a text that is the core's for certain: a title, an axis, a column of a result."""
    return text if _active.language == "en" else _active.core.caption(text)


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
