"""The words of the jobs, each once, so that a part of one finds it: “guin” finds “penguins”.

The index of words knows how words begin. What they hold in their middle is looked up here: a
million jobs have some thousand different words, so an index of all runs of three letters of these
is small, and what it finds is asked of the index of words in turn. Words of jobs that are gone stay
until the index is made anew; they find nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database

TOKEN: Final = re.compile(r"[^\W_]+")
TABLES: Final = ("term", "term_parts")
STATEMENTS: Final = (
    "CREATE TABLE IF NOT EXISTS term (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS term_parts USING fts5(term, content='term', "
    "content_rowid='id', columnsize=0, tokenize='trigram')",
)
# A longer one is no word that somebody remembers a part of.
_LONGEST: Final = 48
# Below it the letters of so many words hold a part that nothing is said by it.
_SHORTEST: Final = 3
# Where more words hold a part, the jobs are looked through instead.
_MOST_WORDS: Final = 1_000
# Accents that the index of words does not mind either: those of Latin letters.
_ACCENTS: Final = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")

_NEW: Final = "INSERT OR IGNORE INTO term (term) VALUES (?) RETURNING id"
_HOLDING: Final = "SELECT term FROM term_parts WHERE term_parts MATCH ? AND instr(term, ?) > 1"
# A sign of Chinese or Japanese says as much as a word does; there are few words of such.
_HOLDING_FEW: Final = "SELECT term FROM term WHERE instr(term, ?) > 1"


def folded(text: str) -> str:
    """Return a text without capitals and the accents of Latin letters."""
    if text.isascii():
        return text.lower()
    parted = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", parted))


def learn(connection: Connection, texts: Iterable[str]) -> None:
    """Take up the words of some jobs."""
    words = set(TOKEN.findall(folded(" ".join(texts))))
    for word in words:
        # Of a number one knows the beginning.
        if word.isdecimal() or not 1 < len(word) <= _LONGEST:
            continue
        row = connection.execute(_NEW, (word,)).fetchone()
        if row is not None:
            connection.execute("INSERT INTO term_parts (rowid, term) VALUES (?, ?)", (row[0], word))


def words_holding(database: Database, part: str) -> list[str] | None:
    """Return the words that hold a part behind their beginning; None where these are too many."""
    part = folded(part)
    if len(part) >= _SHORTEST:
        sql, parameters = _HOLDING, [f'"{part}"', part]
    elif not part.isascii():
        sql, parameters = _HOLDING_FEW, [part]
    else:
        return []
    found = database.read(f"{sql} LIMIT {_MOST_WORDS + 1}", parameters)
    return None if len(found) > _MOST_WORDS else [str(row[0]) for row in found]
