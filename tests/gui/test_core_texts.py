from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import queue_core
from gui import i18n
from gui.core_templates import FIELD, Template
from gui.i18n import load_catalogue, translate_caption, translate_message

pytestmark = pytest.mark.gui

CORE = Path(queue_core.__file__).parent
# What these rooms raise is read in a terminal, a notebook or by other programs.
NOT_SHOWN = ("api/", "cli/", "client/", "system/", "database/migrations/", "runner/log/")
ODD = ("Zq{0}", "Zq{0} ñu, 東京.csv", "Zq{0} – 50% <b>")


@pytest.fixture(autouse=True)
def _spanish() -> None:
    i18n.set_language("es")  # conftest brings English back


def _templates() -> Iterator[Template]:
    for english, translation in load_catalogue("es").core.templates:
        yield Template(english, translation)


def _raised_texts() -> Iterator[tuple[str, str]]:
    """Yield the literal messages and hints of what the core raises, and where they stand."""
    for path in sorted(CORE.rglob("*.py")):
        place = path.relative_to(CORE).as_posix()
        if place.startswith(NOT_SHOWN):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if not re.fullmatch(r"(Data|Parameter|JobQueue|Job|LocalFolder)Error", node.func.id):
                continue
            for argument in (*node.args[:1], *(k.value for k in node.keywords if k.arg == "hint")):
                if isinstance(argument, ast.Constant) and argument.value:
                    yield str(argument.value), place
                elif isinstance(argument, ast.JoinedStr):
                    parts = (
                        part.value if isinstance(part, ast.Constant) else "\0"
                        for part in argument.values
                    )
                    yield "".join(map(str, parts)), place


def test_what_the_core_raises_is_in_the_catalogue() -> None:
    catalogue = load_catalogue("es")
    known = {FIELD.sub("\0", english) for english, _ in catalogue.core.templates}
    missing = [
        f"{place}: {text}"
        for text, place in _raised_texts()
        if text.replace("\0", "").strip(" :.“”()")
        and text not in known
        and catalogue.core.exact(text) is None
    ]
    assert missing == []


@pytest.mark.parametrize("odd", ODD)
def test_a_filled_template_is_found_again(odd: str) -> None:
    wrong = []
    for template in _templates():
        if template.is_weak:
            continue
        values = [odd.format(number) for number, _ in enumerate(template.fields)]
        given, by_name = iter(values), dict(zip(template.fields, values, strict=True))
        text = FIELD.sub(lambda _, given=given: next(given), template.english)
        wanted = FIELD.sub(lambda m, by_name=by_name: by_name[m[0]], template.translation)
        if translate_message(text) != wanted:
            wrong.append((text, translate_message(text)))
    assert wrong == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("There is no file x.csv.", "No existe el archivo x.csv."),
        # Words of the core in the fields: types, numbers, lists, smaller sentences.
        (
            "The column “text” is of type text; “a b” takes columns of type integer or float.",
            "La columna «text» es de tipo texto; «a b» admite columnas de tipo entero o float.",
        ),
        (
            "a.csv has 12,345 rows, but 1.5 were read.",
            "a.csv tiene 12.345 filas, pero se leyeron 1,5.",
        ),
        (
            "The parameter “x” of Random forest classifier must be at least 3; it is -1.",
            "El parámetro «x» de Clasificador de bosque aleatorio debe ser al menos 3; es -1.",
        ),
        (
            "Attempt 2 of 3 starts at 10:00, after: The disk is full.",
            "El intento 2 de 3 empieza el 10:00, después de: El disco está lleno.",
        ),
        # Put together of several.
        ("Fold 1 of 5: Training, step 3 of 10", "Partición 1 de 5: Entrenando, paso 3 de 10"),
        ("The disk is full. Ask Ana.", "El disco está lleno. Ask Ana."),
        (
            "“depth” may be meant. It has: a, b.",
            "Quizá se quería decir «depth». Tiene: a, b.",
        ),
        # Texts of others stay as they are.
        ("division by zero", "division by zero"),
        ("could not convert string to float in column x",) * 2,
        ("KeyError: 'price of rows'",) * 2,
        ("", ""),
    ],
)  # fmt: skip
def test_sentences_of_the_core_in_spanish(said: str, shown: str) -> None:
    assert translate_message(said) == shown


def test_captions_are_the_cores_whatever_is_in_them() -> None:
    assert translate_caption("Distribution of price") == "Distribución de price"
    assert translate_message("Distribution of price") == "Distribution of price"
    assert translate_caption("shop · 405 rows") == "shop · 405 filas"


def test_english_stays_as_it_is() -> None:
    i18n.set_language("en")
    assert translate_message("There is no file x.csv.") == "There is no file x.csv."
    assert translate_caption("Missing values by column") == "Missing values by column"


@pytest.mark.parametrize(
    "template", ["about {0}–{1} {2}", "{0} {1} of {2} ({3}{4}) left out as {5} (“{6}”)."]
)
def test_a_long_text_of_others_is_looked_at_in_no_time(template: str) -> None:
    begun = time.perf_counter()
    text = FIELD.sub(lambda _: " of x (" * 40, template)[:4000] + " ) left out as x"
    translate_message(text)
    translate_message(FIELD.sub(lambda _: "x of y " * 180, template)[:3990])
    assert time.perf_counter() - begun < 1.0  # a window that stands still is seen
