"""The catalogues of the translations: what is to be translated, and what programs read.

    python packaging/translations.py compile    the .mo files that are missing or older
    python packaging/translations.py update     also the .po files: new texts in, old ones out

Three catalogues stand below `resources/translations/<language>/LC_MESSAGES`: `window` holds what
the source of the window passes to `tr`, `tr_plural` and `mark`; `core` what the core's records
say: settings, parameters of jobs, options of loaders; `messages` what the core says while it runs.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "queue_core"
TRANSLATIONS = ROOT / "resources" / "translations"
KEYWORDS: dict[str, Any] = {"tr": None, "mark": None, "tr_plural": (1, 2)}
WIDTH = 100
# A date that changes at each run would only make noise in the history.
MADE = datetime(2026, 11, 1, tzinfo=UTC)


def sources() -> list[Path]:
    """Return the .po files of all languages."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """Return what a .po file holds."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def compile_all() -> list[Path]:
    """Write each .mo file that is missing or older than its source; return these."""
    made = []
    for path in sources():
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        aside = compiled.with_name(f".{compiled.name}.{os.getpid()}")
        with aside.open("wb") as file:
            write_mo(file, read(path))
        aside.replace(compiled)  # whole at once: several tests may begin together
        made.append(compiled)
    return made


def window_texts() -> Catalog:
    """Return the texts in the window's source, with the files that show them."""
    found = Catalog(creation_date=MADE)
    for name, line, message, comments, context in extract_from_dir(
        ROOT / "gui", method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("TR:",)
    ):
        found.add(
            message, locations=[(f"gui/{name}", line)], auto_comments=comments, context=context
        )
    return found


def core_texts() -> Catalog:
    """Return what the core's records say and the window does not say itself."""
    found = Catalog(creation_date=MADE)
    window = window_texts()
    for text, place in _record_texts():
        if text and text not in window:
            found.add(text, locations=[(place, 0)])
    return found


def _record_texts() -> Iterator[tuple[str, str]]:
    from queue_core.components.registry import ComponentKind, components
    from queue_core.jobs.catalogue import BUILT_IN
    from queue_core.queue.finding.query_keys import KEYS
    from queue_core.settings import SETTINGS

    for key in KEYS.values():
        yield key.sentence, "queries"
    for setting in SETTINGS.values():
        for text in (setting.title, setting.sentence, *setting.choices.values()):
            yield text, "settings"
    for kind in BUILT_IN.values():
        words = _schema_words(kind.parameters or {})
        for text in (kind.title, kind.noun, kind.description, *words):
            yield text, kind.task_type
    for component_kind in ComponentKind:
        place = f"{component_kind.value}s"
        for component in components(component_kind).values():
            words = _schema_words(component.schema)
            for text in (component.title, component.description, *words):
                yield text, place


def _schema_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """Return the titles, descriptions and names of choices of a schema's parameters."""
    for item in schema.get("properties", {}).values():
        yield from (item.get(word, "") for word in ("title", "description", "empty-title"))
        yield from item.get("enum-titles", ())
        yield from item.get("items", {}).get("enum-titles", ())
        yield from _schema_words(item)


def message_texts() -> Catalog:
    """Return what the core says while it runs, as templates; none that another catalogue has."""
    found = Catalog(creation_date=MADE)
    known = window_texts(), core_texts()
    texts = [(text.template, text.place) for text in _core_messages().find_texts(CORE)]
    for text, place in (*texts, *_named_words()):
        if not any(text in catalog for catalog in known):
            found.add(text, locations=[(place, 0)])
    return found


def _named_words() -> Iterator[tuple[str, str]]:
    """Yield the words that sentences are made with by the names of things."""
    from queue_core.components.explainers.explaining.explained_model import OutputKind
    from queue_core.components.models.tasks import Task
    from queue_core.database.status import EntityKind

    for kind in EntityKind:
        yield from ((text, "entities") for text in (kind.label, f"1 {kind.label}"))
        yield f"{{0}} {kind.label}s", "entities"
    yield from ((task.value.replace("_", " "), "tasks") for task in Task)
    yield from ((output.value, "outputs") for output in OutputKind)


def _core_messages() -> ModuleType:
    """Return the module beside this one, which building a package neither needs nor has."""
    path = Path(__file__).with_name("core_messages.py")
    spec = importlib.util.spec_from_file_location("core_messages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


TEMPLATES = {"window": window_texts, "core": core_texts, "messages": message_texts}


def update_all() -> list[str]:
    """Bring the .po files to what the program says now; return what is not translated."""
    untranslated = []
    templates = {name: make() for name, make in TEMPLATES.items()}
    for path in sources():
        catalog = read(path)
        catalog.update(templates[path.stem], no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.creation_date = catalog.revision_date = MADE
        write(path, catalog)
        untranslated += [
            f"{path.relative_to(ROOT)}: {message.id!r}"
            for message in catalog
            if message.id and not is_translated(catalog, message.string)
        ]
    return untranslated


def is_translated(catalog: Catalog, string: Any) -> bool:
    """Return whether all forms of a translation are there."""
    if not string or isinstance(string, str):
        return bool(string and string.strip())
    return len(string) == catalog.num_plurals and all(form.strip() for form in string)


def write(path: Path, catalog: Catalog) -> None:
    """Write a .po file, in the order of the English texts."""
    with path.open("wb") as file:
        write_po(file, catalog, width=WIDTH, sort_output=True, include_lineno=False)


def main(arguments: list[str]) -> int:
    """Run the command; the result is the exit code."""
    if arguments not in (["compile"], ["update"]):
        print(__doc__)
        return 2
    missing = update_all() if arguments == ["update"] else []
    for path in compile_all():
        print(f"compiled {path.relative_to(ROOT)}")
    for line in missing:
        print(f"not translated: {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
