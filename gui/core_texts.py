"""Finds which template of the core a finished text was made from, and fills its translation.

The core makes its sentences in English, with values in them; they are stored, logged and printed
so. The catalogue knows them as templates with fields: `There is no file {0}.` Whose literal parts
are in a text, in order and from end to end, is where it comes from. What stands in the fields is
translated in turn where it is words of the core (a column's type, a smaller sentence), and left
alone where it is a name. A text that no template made stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gui.core_templates import PARTED, Template, TemplateIndex

DEEPEST = 4
MOST_LETTERS = 4_000
_KEPT_TEXTS = 4_096
_SENTENCES = re.compile(r"(?<=[.!?…”)])\s+(?=[A-Z“\[{(])")
_LISTED = re.compile(r"(, | and | or )")
_QUOTED = re.compile(r"“([^“”]*)”")
_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_AMOUNT = re.compile(rf"({_NUMBER.pattern})(\s?(?:%|[kMGT]?B|[KMG]iB|s|ms|min|h|bytes)?)")


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
        # Threads that read results ask, too: what one has found another may let go.
        key = text, is_caption
        shown = self._kept.get(key)
        if shown is None:
            shown = self._whole(text, is_caption=is_caption) or text
            if len(self._kept) >= _KEPT_TEXTS:
                self._kept.clear()
            self._kept[key] = shown
        return shown

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
        for separator in ("\n", PARTED):
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
        found = self._found.get(key, "")
        if found == "":  # not looked for yet; None is what was not found
            found = self._looked_for(text, depth, is_caption=is_caption)
            if len(self._found) >= _KEPT_TEXTS:
                self._found.clear()
            self._found[key] = found
        return found

    def _looked_for(self, text: str, depth: int, *, is_caption: bool) -> str | None:
        index = self._index
        found = self._in_two(text, index.surely_joined, depth, is_caption=is_caption)
        if found is not None:
            return found
        for template in index.candidates(text):
            if PARTED in text and not template.may_hold_parts:
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
        return None if best is None else template.filled(best)

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
            found = template.values_joined(text)
            if found is None:
                continue
            rest, values = found
            own = self._best(template, [values], depth, is_caption=False)
            other = self._part(rest, depth - 1, is_caption=is_caption)
            if own is None or (other is None and template.is_weak):
                continue
            other = rest if other is None else other
            return other + own if template.goes_on else own + other
        return None

    def _part(self, text: str, depth: int, *, is_caption: bool) -> str | None:
        found = self._value(text, depth) if depth > 0 else None
        if found is None and PARTED in text:
            return PARTED.join(self._value(p, depth) or p for p in text.split(PARTED))
        return text if found is None and is_caption else found

    @cached_property
    def _index(self) -> TemplateIndex:
        return TemplateIndex(Template(*pair) for pair in self.templates)
