"""The quick way to hold a value against its text finds what the slow one does."""

from __future__ import annotations

import random

import pytest

from queue_core.components.loaders.tables.reading_sql import conversion, failure, validity
from queue_core.components.loaders.tables.readings import TRUE_MINUS, Kind, Reading, Style
from queue_core.components.sql_engine import connect

SEEDS = [
    "0", "-0", "+5", "007", "-07", "1_000", "1e2", "1e400", "1e-400", "-1E5", "0e7", "0.0", "00.5",
    "-00.5", ".5", "5.", "-.5", "1.5", "0x1F", "inf", "-inf", "Infinity", "nan", "1,5", "1.234,5",
    "1 234", "-1.25", "12345678901234567890", "12345678901234567.89", "0.12345678901234567",
    "9223372036854775807", "99999999999999.9", " 1", "1 ", "true", "True", "TRUE", "tRUE", "false",
    "t", "yes", "2024-01-05", "2024/01/05", "2024-1-5", "02024-1-05", "0000-01-01", "9999-12-31",
    "12024-01-05", "2024-02-30", "2024-01-05 10:11:12", "2024-01-05T10:11:12", "2024-01-05 10:11",
    "2024-01-05 10:11:12Z", "2024-01-05T10:11:1Z", "2024-01-05 10:11+01", "2024-01-05 10:11:12.5",
    "2024-01-05 10:11:12 +01:00", "2024-01-05 10:11:12.1234567", "10:11:12", "24:00:00", "9:05",
    "infinity", "epoch", "", "x", "é", "١٢", f"{TRUE_MINUS}5",
]  # fmt: skip
SIGNS = "0123456789+-.,eE_ :TZ/tfn\u00e9"
STYLES = [Style(), Style(decimal=",", thousands="."), Style(minus=TRUE_MINUS)]
KINDS = [kind for kind in Kind if kind is not Kind.TEXT]


def changed(seed: str, chance: random.Random) -> str:
    """Return *seed* with a sign put in, taken out or replaced."""
    position = chance.randrange(len(seed) + 1)
    kept = position + chance.randrange(2)
    return seed[:position] + chance.choice(["", *SIGNS]) + seed[kept:]


@pytest.mark.parametrize("style", STYLES, ids=["plain", "comma", "minus"])
@pytest.mark.parametrize("kind", KINDS)
def test_failure_is_the_contrary_of_validity(kind: Kind, style: Style) -> None:
    chance = random.Random(7)
    once = [changed(seed, chance) for seed in SEEDS for _ in range(30)]
    twice = [changed(text, chance) for text in once]
    texts: list[str | None] = [*SEEDS, *once, *twice, None]
    reading = Reading(kind, style)
    connection = connect()
    try:
        connection.execute("CREATE TABLE texts (t VARCHAR)")
        connection.execute("INSERT INTO texts SELECT unnest($1)", [texts])
        found = connection.execute(
            f"SELECT t, coalesce({failure('t', 'v', reading)}, false), "
            f"t IS NOT NULL AND NOT coalesce({validity('t', 'v', reading)}, false) "
            f"FROM (SELECT t, {conversion('t', reading)} AS v FROM texts)"
        ).fetchall()
    finally:
        connection.close()
    assert [text for text, quick, slow in found if quick != slow] == []
    assert {slow for _text, _quick, slow in found} == {True, False}
