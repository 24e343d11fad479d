"""Finds which template of the core a finished text was made from, and fills its translation.

The core makes its sentences in English, with values in them; they are stored, logged and printed
so. The catalogue knows them as templates with fields: `There is no file {0}.` Whose literal parts
are in a text, in order and from end to end, is where it comes from. What stands in the fields is
translated in turn where it is words of the core (a column's type, a smaller sentence), and left
alone where it is a name. A text that no template made stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

FIELD = re.compile(r"\{(?:\d+|[a-z_]*)\}")
# Fewer letters than this could stand in any text: their values must be words of the core.
FEWEST_LETTERS = 10
DEEPEST = 4
MOST_LETTERS = 4_000
_KEPT_TEXTS = 4_096
_SENTENCES = re.compile(r"(?<=[.!?…”)])\s+(?=[A-Z“\[{(])")
_LISTED = re.compile(r"(, | and | or )")
_QUOTED = re.compile(r"“([^“”]*)”")
_PARTED = " · "
_WORD = re.compile(r"[A-Za-z][A-Za-z']+")
# A literal part that introduces something or ends a sentence.
_SAYS = re.compile(r"[A-Za-z]{2}.*[:.(]|\([A-Za-z]{2}|[;,] [a-z]{3,}")
_BLANK = re.compile(r" ")
_JOINED = re.compile(r"(?=[ ,;:(])|$")
_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_AMOUNT = re.compile(rf"({_NUMBER.pattern})(\s?(?:%|[kMGT]?B|[KMG]iB|s|ms|min|h|bytes)?)")


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
    def pattern(self) -> re.Pattern[str]:
        """What a text of it looks like."""
        return re.compile("(.*?)".join(map(re.escape, self.parts)), re.DOTALL)

    @cached_property
    def fields(self) -> list[str]:
        """Its fields, in order."""
        return FIELD.findall(self.english)

    @property
    def may_hold_parts(self) -> bool:
        """Whether a text in which dots part several may be one of it as a whole."""
        return _PARTED in self.english or self.english.endswith((".", "…", ")"))

    @property
    def goes_on(self) -> bool:
        """Whether it goes on from another text, rather than another from it."""
        return self.english[0] in " ,;:"

    @cached_property
    def joined(self) -> re.Pattern[str]:
        """What a text looks like that was put together of another and this one."""
        ends = ("(.+)", "()") if self.goes_on else ("()", "(.+)")
        return re.compile(self.pattern.pattern.join(ends), re.DOTALL)

    @cached_property
    def is_weak(self) -> bool:
        """Whether texts of others may look like it by chance: “{0} in {1}”."""
        says = any(_SAYS.search(part) for part in self.parts)
        return self.letters < FEWEST_LETTERS and not says

    def readings(self, text: str) -> Iterator[Sequence[str]]:
        """Yield what may stand in the fields: more than one where a blank alone parts two."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return
        values = match.groups()
        yield values
        for number in range(len(values) - 1):
            joint = self.parts[number + 1]
            if joint.strip():
                continue
            both = joint.join(values[number : number + 2])
            for found in (_BLANK if joint else _JOINED).finditer(both):
                first, second = both[: found.start()], both[found.start() + len(joint) :]
                yield (*values[:number], first, second, *values[number + 2 :])

    def is_name(self, number: int) -> bool:
        """Return whether a field stands in quotes: what is in it is a name of the user."""
        return self.parts[number].endswith(("“", "`")) and self.parts[number + 1].startswith(
            ("”", "`")
        )


@dataclass(frozen=True)
class CoreTexts:
    """The core's texts in one language.

    Attributes:
        exact: Translates a text without fields; None where there is no translation.
        templates: The texts with fields, with their translations.
        local_number: Writes a number as the language does: what is given is as the core writes it.
        joints: What stands between the items of a list: for `, `, ` and ` and ` or `.
    """

    exact: Callable[[str], str | None]
    templates: Iterable[tuple[str, str]]
    local_number: Callable[[str], str]
    joints: Mapping[str, str]
    _kept: dict[tuple[str, bool], str] = field(default_factory=dict)
    _found: dict[tuple[str, bool], str | None] = field(default_factory=dict)

    def message(self, text: str) -> str:
        """Return what the core said in the user's language; what others said as it is."""
        return self._shown(text, is_caption=False)

    def caption(self, text: str) -> str:
        """Return a text that is the core's for certain: a title, a label, a note of a figure."""
        return self._shown(text, is_caption=True)

    def _shown(self, text: str, *, is_caption: bool) -> str:
        if not text or len(text) > MOST_LETTERS:
            return text
        key = text, is_caption
        if key not in self._kept:
            if len(self._kept) >= _KEPT_TEXTS:
                self._kept.clear()
            self._kept[key] = self._whole(text, is_caption=is_caption) or text
        return self._kept[key]

    def _whole(self, text: str, *, is_caption: bool) -> str | None:
        if "\n" in text:
            lines = [self._whole(line, is_caption=is_caption) for line in text.split("\n")]
            if all(lines):
                return "\n".join(filter(None, lines))
        found = self._translated(text, DEEPEST, is_caption=False)
        if found is None and is_caption:
            found = self._translated(text, DEEPEST, is_caption=True)
        if found is None and text[:1].isupper():  # a phase that begins a line
            found = self._translated(text[0].lower() + text[1:], DEEPEST, is_caption=False)
            found = found and found[0].upper() + found[1:]
        if found is not None:
            return found
        for separator in ("\n", _PARTED):
            if separator in text:
                parts = text.split(separator)
                return separator.join(self._shown(part, is_caption=is_caption) for part in parts)
        return self._by_sentences(text)

    def _by_sentences(self, text: str) -> str | None:
        """Translate sentences that were put one after another; None where none is the core's."""
        places = [found.span() for found in _SENTENCES.finditer(text)]
        if not places:
            return None
        ends = [start for start, _ in places] + [len(text)]
        starts = [0] + [end for _, end in places]
        shown, number, is_known = [], 0, False
        while number < len(starts):
            for last in range(len(ends) - 1, number - 1, -1):
                sentence = text[starts[number] : ends[last]]
                found = self._translated(sentence, DEEPEST, is_caption=False)
                if found is not None:
                    shown.append(found)
                    number, is_known = last + 1, True
                    break
            else:
                shown.append(text[starts[number] : ends[number]])
                number += 1
        return " ".join(shown) if is_known else None

    def _translated(self, text: str, depth: int, *, is_caption: bool) -> str | None:
        """Return a text's translation; None where it is not the core's."""
        if not text.strip() or depth == 0:
            return None
        exact = self.exact(text)
        if exact is not None or " " not in text:
            return exact
        key = text, is_caption
        if key not in self._found:
            if len(self._found) >= _KEPT_TEXTS:
                self._found.clear()
            self._found[key] = self._looked_for(text, depth, is_caption=is_caption)
        return self._found[key]

    def _looked_for(self, text: str, depth: int, *, is_caption: bool) -> str | None:
        index = self._index
        found = self._in_two(text, index.surely_joined, depth, is_caption=is_caption)
        if found is not None:
            return found
        for template in index.candidates(text):
            if _PARTED in text and not template.may_hold_parts:
                continue
            found = self._best(template, template.readings(text), depth, is_caption=is_caption)
            if found is not None:
                return found
        return self._in_two(text, index.maybe_joined, depth, is_caption=is_caption)

    def _best(
        self, template: Template, readings: Iterable[Sequence[str]], depth: int, *, is_caption: bool
    ) -> str | None:
        """Return the reading of a text that has most words of the core in its fields."""
        best, most_known = None, -1
        for values in readings:
            shown = {}
            known = letters = 0
            for number, (name, value) in enumerate(zip(template.fields, values, strict=True)):
                is_name = template.is_name(number)
                found = self._quoted(value) if is_name else self._value(value, depth - 1)
                if found is not None:
                    known, letters = known + 1, letters + len(value)
                shown[name] = value if found is None else found
            is_sure = is_caption or not template.is_weak or known == len(values)
            if is_sure and letters > most_known:
                best, most_known = shown, letters
        if best is None:
            return None
        return FIELD.sub(lambda found: best.get(found[0], found[0]), template.translation)

    def _quoted(self, name: str) -> str | None:
        """Return what stands for a name in quotes: of two words or more, it may be a title."""
        return (self.exact(name) if " " in name else None) or name

    def _value(self, value: str, depth: int) -> str | None:
        """Return what stands for a field's value; None where it is a name, or of others."""
        if not value:
            return ""
        amount = _AMOUNT.fullmatch(value)
        if amount is not None:
            return self.local_number(amount[1]) + amount[2]
        found = self._translated(value, depth, is_caption=False)
        if found is None and value[0].isupper():
            found = self._translated(value[0].lower() + value[1:], depth, is_caption=False)
            found = found and found[0].upper() + found[1:]
        return self._listed(value, depth) if found is None else found

    def _listed(self, value: str, depth: int) -> str | None:
        """Return a list of names in quotes, of types, of numbers; None where it is none."""
        items = _LISTED.split(value)
        shown = []
        for number, item in enumerate(items):
            if number % 2:
                shown.append(self.joints[item])
                continue
            quoted = _QUOTED.fullmatch(item)
            found = f"«{quoted[1]}»" if quoted else None
            if found is None and len(items) > 1:
                found = self._value(item, depth - 1) if depth else None
            if found is None:
                return None
            shown.append(found)
        return "".join(shown)

    def _in_two(
        self, text: str, joined: Iterable[Template], depth: int, *, is_caption: bool
    ) -> str | None:
        """Return a text that was put together of one and what goes on from it."""
        for template in joined:
            # Lines are put below each other, not together.
            if template.longest not in text or "\n" in text:
                continue
            match = template.joined.fullmatch(text)
            if match is None:
                continue
            first, *values, last = match.groups()
            own = self._best(template, [values], depth, is_caption=False)
            other = self._part(first or last, depth - 1, is_caption=is_caption)
            if own is None or (other is None and template.is_weak):
                continue
            other = (first or last) if other is None else other
            return other + own if template.goes_on else own + other
        return None

    def _part(self, text: str, depth: int, *, is_caption: bool) -> str | None:
        found = self._value(text, depth) if depth > 0 else None
        if found is None and _PARTED in text:
            return _PARTED.join(self._value(p, depth) or p for p in text.split(_PARTED))
        return text if found is None and is_caption else found

    @cached_property
    def _index(self) -> _Index:
        return _Index(Template(*pair) for pair in self.templates)


class _Index:
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
