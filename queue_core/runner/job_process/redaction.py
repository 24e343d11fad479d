"""Hides what is nobody else's business from what a user may pass on: secrets, the home folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

HIDDEN: Final = "(hidden)"
# Words of six letters and more are found anywhere in a name (`my_password_2`, `openaiApiKey`),
# shorter ones only as a word of it or at its end (`auth`, `hf_token`, but not `author`).
_ANYWHERE_LETTERS = 6
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
# `name = value`, `name: value`, `'name': 'value'`, `--name=value`, `Header: Bearer value`.
_ASSIGNMENT = re.compile(
    r"""(?<![\w-])(?P<name>[\w-]{1,80})(?P<between>['"]?\s{0,3}[=:]\s{0,3})
    (?P<value>'(?:[^'\\\n]|\\.){1,4000}'|"(?:[^"\\\n]|\\.){1,4000}"
    |(?:Bearer|Basic|Token)\s+[^\s'",;]{1,4000}|[^\s'",;)}\]&]{1,4000})""",
    re.VERBOSE,
)
_IN_ADDRESS = re.compile(r"(?<=://)(?P<user>[^/\s:@]{0,100}):[^/\s@]{1,200}(?=@)")
# What services give out, recognised by its form wherever it stands.
_KNOWN_FORMS = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,10000}"
    r"(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?"
    r"|(?<![\w-])(?:sk-[\w-]{16,200}|gh[pousr]_\w{20,255}|github_pat_\w{20,255}|hf_\w{20,100}"
    r"|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|xox[abeprs]-[\w-]{10,200}"
    r"|eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{8,4000})(?![\w-])"
)
_SHOWN = frozenset(("None", "True", "False", "null", "true", "false", "''", '""', HIDDEN))


class Redactor:
    """Hides secrets by the names they go under and by their form, and shortens the home folder.

    Args:
        words: What the names of secrets are made of; None means as the settings' default.
        home: The folder that becomes `~`; None leaves paths alone.

    Attributes:
        hidden: How often something was hidden, by the name that it went under.
    """

    def __init__(self, words: Iterable[str] | None = None, *, home: Path | None = None) -> None:
        if words is None:
            # Here, because every child imports this module, and few of them hide anything.
            from queue_core.settings.known import HIDDEN_NAMES

            words = HIDDEN_NAMES.default_value()
        compact = {_compact(word) for word in words} - {""}
        self._anywhere = tuple(word for word in compact if len(word) >= _ANYWHERE_LETTERS)
        self._short = frozenset(word for word in compact if len(word) < _ANYWHERE_LETTERS)
        self._home = _home_pattern(home)
        self.hidden: Counter[str] = Counter()

    def hides(self, name: str) -> bool:
        """Return whether what goes under *name* is to be hidden."""
        words = [word.lower() for word in _WORD.findall(name)]
        compact = "".join(words)
        return (
            any(word in compact for word in self._anywhere)
            or not self._short.isdisjoint(words)
            or any(compact.endswith(word) for word in self._short)
        )

    def text(self, text: str) -> str:
        """Return *text* without secrets that stand beside their name or have a known form."""
        text = _KNOWN_FORMS.sub(self._hide_form, text)
        text = _IN_ADDRESS.sub(self._hide_in_address, text)
        text = _ASSIGNMENT.sub(self._hide_assigned, text)
        return self._home.sub("~", text) if self._home else text

    def data(self, value: Any) -> Any:
        """Return JSON data without secrets."""
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.named(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def named(self, name: str, value: Any) -> Any:
        """Return *value* as it may be shown under *name*."""
        # What the child has hidden already counts too.
        if not self.hides(name) or value in (None, True, False, "", [], {}):
            return self.data(value)
        self.hidden[name] += 1
        return HIDDEN

    def _hide_assigned(self, found: re.Match[str]) -> str:
        if found["value"] in _SHOWN or not self.hides(found["name"]):
            return found[0]
        self.hidden[found["name"]] += 1
        value = found["value"]
        mark = value[0] if value[0] in "'\"" else ""
        return f"{found['name']}{found['between']}{mark}{HIDDEN}{mark}"

    def _hide_in_address(self, found: re.Match[str]) -> str:
        self.hidden["password in an address"] += 1
        return f"{found['user']}:{HIDDEN}"

    def _hide_form(self, _found: re.Match[str]) -> str:
        self.hidden["key or token, by its form"] += 1
        return HIDDEN


def _compact(word: str) -> str:
    return "".join(_WORD.findall(word)).lower()


def _home_pattern(home: Path | None) -> re.Pattern[str] | None:
    """Match the folder with either kind of separator, and as it stands in a repr on Windows."""
    if home is None or len(home.parts) < 2:
        return None
    separator = r"(?:/|\\{1,2})"
    parts = [re.escape(part.strip("/\\")) for part in home.parts]
    return re.compile(separator.join(parts) + r"(?![^\s/\\'\":;,)\]}>|])")
