"""The core's sentences as templates, and which of them a text may have been made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

FIELD = re.compile(r"\{(?:\d+|[a-z_]*)\}")
# What parts the facts of a line.
PARTED = " · "
# Fewer letters than this could stand in any text: their values must be words of the core.
FEWEST_LETTERS = 10
# Ways to part two fields, from either end.
MOST_TRIED = 24
_WORD = re.compile(r"[A-Za-z][A-Za-z']+")
# A literal part that introduces something or ends a sentence.
_SAYS = re.compile(r"[A-Za-z]{2}.*[:.(]|\([A-Za-z]{2}|[;,] [a-z]{3,}")
_BLANK = re.compile(r" ")
_JOINED = re.compile(r"(?=[ ,;:(])|$")


@dataclass(frozen=True)
class Template:
    """A text of the core with fields.

    Attributes:
        english: It, as the catalogue has it.
        translation: What it is in the user's language, with the same fields.
    """

    english: str
    translation: str

    @cached_property
    def parts(self) -> list[str]:
        """What stands between the fields."""
        return FIELD.split(self.english)

    @cached_property
    def longest(self) -> str:
        """The longest part."""
        return max(self.parts, key=len)

    @cached_property
    def letters(self) -> int:
        """How many letters of its own it has."""
        return sum(character.isalpha() for part in self.parts for character in part)

    @cached_property
    def fields(self) -> list[str]:
        """Its fields, in order."""
        return FIELD.findall(self.english)

    @property
    def may_hold_parts(self) -> bool:
        """Whether a text in which dots part several may be one of it as a whole."""
        return PARTED in self.english or self.english.endswith((".", "…", ")"))

    @property
    def goes_on(self) -> bool:
        """Whether it goes on from another text, rather than another from it."""
        return self.english[0] in " ,;:"

    def values_in(self, text: str) -> list[str] | None:
        """Return what stands in the fields of a text of it, each as short as can be; else None.

        By hand: an expression tries all ways to part a text, which takes minutes of a long one.
        """
        last = self.parts[-1]
        found = self._leading(text, self.parts[:-1])
        if found is None:
            return [] if not self.fields and text == last else None
        values, place = found
        if len(text) - len(last) < place or not text.endswith(last):
            return None
        return [*values, text[place : len(text) - len(last)]]

    def values_joined(self, text: str) -> tuple[str, list[str]] | None:
        """Return what another text is that was put together with it, and what is in the fields."""
        return self._going_on(text) if self.goes_on else self._gone_on_from(text)

    def _going_on(self, text: str) -> tuple[str, list[str]] | None:
        """Find the last place from which a text may be one of it."""
        if not text.endswith(self.parts[-1]):
            return None
        place = len(text) - len(self.parts[-1])
        for part in reversed(self.parts[:-1]):
            place = text.rfind(part, 0, place)
            if place < 0:
                return None
        values = self.values_in(text[place:])
        return None if place == 0 or values is None else (text[:place], values)

    def _gone_on_from(self, text: str) -> tuple[str, list[str]] | None:
        found = self._leading(text, self.parts)
        if found is None or found[1] == len(text):
            return None
        values, place = found
        return text[place:], values

    def _leading(self, text: str, parts: Sequence[str]) -> tuple[list[str], int] | None:
        """Return what stands between the parts with which a text begins, and where they end."""
        if not parts or not text.startswith(parts[0]):
            return None
        values, place = [], len(parts[0])
        for part in parts[1:]:
            found = text.find(part, place)
            if found < 0:
                return None
            values.append(text[place:found])
            place = found + len(part)
        return values, place

    @cached_property
    def is_weak(self) -> bool:
        """Whether texts of others may look like it by chance: “{0} in {1}”."""
        says = any(_SAYS.search(part) for part in self.parts)
        return self.letters < FEWEST_LETTERS and not says

    def readings(self, text: str) -> Iterator[Sequence[str]]:
        """Yield what may stand in the fields: more than one where a blank alone parts two."""
        values = self.values_in(text)
        if values is None:
            return
        yield values
        for number in range(len(values) - 1):
            joint = self.parts[number + 1]
            if joint.strip():
                continue
            both = joint.join(values[number : number + 2])
            places = [found.start() for found in (_BLANK if joint else _JOINED).finditer(both)]
            # What is short stands at one of the ends: of a long list the middle is not tried.
            for place in (*places[:MOST_TRIED], *places[MOST_TRIED:][-MOST_TRIED:]):
                first, second = both[:place], both[place + len(joint) :]
                yield (*values[:number], first, second, *values[number + 2 :])

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the translation with what stands for each field."""
        return FIELD.sub(lambda found: values.get(found[0], found[0]), self.translation)

    def is_name(self, number: int) -> bool:
        """Return whether a field stands in quotes: what is in it is a name of the user."""
        return self.parts[number].endswith(("“", "`")) and self.parts[number + 1].startswith(
            ("”", "`")
        )


class TemplateIndex:
    """Templates by how they begin: of some two thousand, a text is held against a few."""

    def __init__(self, templates: Iterable[Template]) -> None:
        ordered = sorted(templates, key=lambda t: (-t.letters, -sum(map(len, t.parts))))
        self._by_word: dict[str, list[tuple[int, Template]]] = {}
        for rank, template in enumerate(ordered):
            self._by_word.setdefault(_key_word(template), []).append((rank, template))
        joined = [t for t in ordered if t.goes_on or (t.english[-1] == " " and t.parts[0])]
        self.surely_joined = [t for t in joined if not t.is_weak]
        self.maybe_joined = [t for t in joined if t.is_weak]

    def candidates(self, text: str) -> list[Template]:
        """Return the templates that may be a text's, those with most letters first."""
        words = {*_WORD.findall(text), ""}
        found = [item for word in words for item in self._by_word.get(word, ())]
        found.sort(key=lambda item: item[0])
        return [template for _, template in found if template.longest in text]


def _key_word(template: Template) -> str:
    """Return the longest word that a template's texts have whole; none where a field joins all."""
    words = [""]
    last = len(template.parts) - 1
    for number, part in enumerate(template.parts):
        for found in _WORD.finditer(part):
            touches = (found.start() == 0 and number > 0) or (
                found.end() == len(part) and number < last
            )
            if not touches:
                words.append(found[0])
    return max(words, key=len)
