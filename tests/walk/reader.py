"""The eyes of the walk: what a screen reader is told, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gi
from desk import wait_for

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

MOST_CHILDREN = 400
LISTS = ("list", "table", "tree")
SPOKEN_STATES = (
    "focused", "checked", "selected", "expanded", "sensitive", "editable", "modal", "active",
)  # fmt: skip
# Words that stand for a pattern of the whole name.
Name = str | re.Pattern[str]


@dataclass(frozen=True)
class Heard:
    """One thing as it is told: role, name, description, states, and where it is."""

    node: Any
    role: str
    name: str
    description: str
    states: frozenset[str]
    box: tuple[int, int, int, int]

    @property
    def middle(self) -> tuple[int, int]:
        """Where to click."""
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    @property
    def text(self) -> str:
        """What is written in a field."""
        try:
            count = Atspi.Text.get_character_count(self.node)
            return str(Atspi.Text.get_text(self.node, 0, count))
        except (GLib.Error, TypeError, AttributeError):
            return ""

    def __str__(self) -> str:
        told = [f"[{self.role}]", repr(self.name)]
        if self.description and self.description != self.name:
            told.append(f"({self.description})")
        told += sorted(self.states & set(SPOKEN_STATES) - {"sensitive"})
        if "sensitive" not in self.states:
            told.append("unavailable")
        return " ".join(told)


class Reader:
    """Reads the program's windows over the accessibility bus.

    Attributes:
        announced: What was said besides the focus, oldest first.
        turns: How often the focus has moved.
    """

    def __init__(self, application: str) -> None:
        self._application = application
        self._focus: Any = None
        self.announced: list[str] = []
        self.turns = 0
        Atspi.set_timeout(10_000, 20_000)
        self._listener = Atspi.EventListener.new(self._on_event)
        self._listener.register("object:state-changed:focused")
        self._listener.register("object:announcement")

    def _on_event(self, event: Any) -> None:
        if event.type.startswith("object:announcement"):
            self.announced.append(str(event.any_data))
        elif event.detail1:
            self._focus = event.source
            self.turns += 1

    def everything(self, under: Heard | None = None) -> Iterator[Heard]:
        """Yield all that shows, from the outside in, the newest window first."""
        if under is not None:
            yield from self._below(under.node)
            return
        for window in reversed(self.windows()):
            yield window
            yield from self._below(window.node)

    def windows(self) -> list[Heard]:
        """Return the windows that show, oldest first."""
        application = self._found()
        found = [] if application is None else [_heard(node) for node in _children(application)]
        return [window for window in found if window is not None and "showing" in window.states]

    def all(self, role: str, name: Name = "", under: Heard | None = None) -> list[Heard]:
        """Return all that show of a role; *name*: how the name begins, or a pattern in it."""
        return [
            heard for heard in self.everything(under)
            if heard.role in role.split("|") and fits(heard, name)
        ]  # fmt: skip

    def find(
        self, role: str, name: Name = "", *, under: Heard | None = None, timeout_s: float = 60
    ) -> Heard:
        """Wait for something and return it."""
        shown = name.pattern if isinstance(name, re.Pattern) else name

        def look() -> Heard | None:
            pump()
            return next(iter(self.all(role, name, under)), None)

        found = wait_for(look, f"a {role} called “{shown}”", timeout_s)
        assert isinstance(found, Heard)
        return found

    def gone(self, role: str, name: Name = "", timeout_s: float = 60) -> None:
        """Wait until something shows no more."""
        wait_for(lambda: not self.all(role, name), f"the end of {role} “{name}”", timeout_s)

    def focused(self) -> Heard | None:
        """Return what a reader was told last of where the focus is."""
        pump()
        heard = None if self._focus is None else _heard(self._focus)
        if heard is not None and heard.role in LISTS:
            # Of a list that gets the focus a reader tells the row that has it in there.
            inside = (_heard(node) for node in _children(heard.node))
            return next((row for row in inside if row and "focused" in row.states), heard)
        return heard

    def beside(self, heard: Heard) -> list[Heard]:
        """Return what stands in the same menu or list: the tree has no open menus."""
        found = [_heard(node) for node in _children(heard.node.get_parent())]
        return [other for other in found if other is not None]

    def transcript(self) -> str:
        """Return everything that is told now, one thing per line."""
        return "\n".join(str(heard) for heard in self.everything() if heard.name)

    def _found(self) -> Any:
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        found = next((node for node in _children(desktop) if self._is_ours(node)), None)
        if found is not None:
            # What is told must be what is so now.
            found.set_cache_mask(Atspi.Cache.NONE)
        return found

    def _is_ours(self, node: Any) -> bool:
        try:
            return bool(node.get_name() == self._application)
        except GLib.Error:
            return False

    def _below(self, node: Any) -> Iterator[Heard]:
        for child in _children(node):
            heard = _heard(child)
            if heard is not None and "showing" in heard.states:
                yield heard
                yield from self._below(child)


def pump() -> None:
    """Take in what has been told since."""
    context = GLib.MainContext.default()
    while context.pending():
        context.iteration(False)


def fits(heard: Heard, name: Name) -> bool:
    """Return whether something is called so."""
    if isinstance(name, re.Pattern):
        return name.search(heard.name) is not None
    return heard.name.startswith(name)


def _children(node: Any) -> list[Any]:
    try:
        count = min(node.get_child_count(), MOST_CHILDREN)
        return [child for number in range(count) if (child := node.get_child_at_index(number))]
    except GLib.Error:
        return []  # it has just gone


def _heard(node: Any) -> Heard | None:
    try:
        states = frozenset(state.value_nick for state in node.get_state_set().get_states())
        box = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)
        return Heard(
            node, node.get_role_name(), node.get_name() or "", node.get_description() or "",
            states, (box.x, box.y, box.width, box.height),
        )  # fmt: skip
    except GLib.Error:
        return None
