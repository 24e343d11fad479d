"""A person at the desk: does the same things with the mouse, or with the keys alone."""

from __future__ import annotations

import re

import hands
from desk import NotInTimeError, wait_for
from reader import Heard, Name, Reader, fits

MOST_TABS = 160
MOST_ROWS = 60
# How long a key may take until the next thing is told; after that it is pressed again.
ANSWER_S = 1.5


class Person:
    """Finds things by what a screen reader says, and uses them."""

    def __init__(self, reader: Reader, *, has_mouse: bool) -> None:
        self.reader = reader
        self.has_mouse = has_mouse

    def choose(self, role: str, name: Name) -> None:
        """Press a button, tick a box."""
        found = self.reader.find(role, name)
        if self.has_mouse:
            hands.click(found)
        else:
            self.reach(role, name)
            hands.press("space")

    def reach(self, role: str, name: Name = "", key: str = "Tab") -> Heard:
        """Go with Tab to something, as it is told."""
        passed = []
        for _ in range(MOST_TABS):
            focused = self.reader.focused()
            if focused is not None and focused.role in role.split("|") and fits(focused, name):
                return focused
            passed.append(str(focused))
            self._press_and_listen(key)
        raise NotInTimeError(f"Tab does not come to {role} “{name}”; it came by: {passed}")

    def menu(self, opener: tuple[str, Name], item: str) -> None:
        """Open a menu and choose something of it."""
        self.choose(*opener)
        found = self.walk_to("menu item", item, "Down")
        if self.has_mouse:
            hands.click(found)
        else:
            hands.press("Return")

    def row(self, name: Name) -> Heard:
        """Choose a row of the jobs' table."""
        found = self.reader.find("table cell", name, timeout_s=180)
        if self.has_mouse:
            hands.click(found)
            return found
        focused = self.reader.focused()
        if focused is None or focused.role not in ("table cell", "table"):
            self.reach("table cell|table")
        # Down and up: the row that is there already may be one of several that are chosen.
        for key in ("ctrl+Home", "Down", "Up"):
            self._press_and_listen(key)
        return self.walk_to("table cell", name, "Down")

    def walk_to(self, role: str, name: Name, key: str) -> Heard:
        """Press a key of direction until something has the focus."""
        for _ in range(MOST_ROWS):
            focused = self.reader.focused()
            if focused is not None and focused.role == role and fits(focused, name):
                return focused
            self._press_and_listen(key)
        raise NotInTimeError(f"{key} does not come to {role} “{name}”, but to {focused}")

    def _press_and_listen(self, key: str) -> None:
        before = self.reader.turns
        hands.press(key)
        try:
            wait_for(lambda: self.reader.focused() and self.reader.turns > before, key, ANSWER_S)
        except NotInTimeError:
            return  # the same thing has the focus still, or nobody told


def words(*parts: str) -> re.Pattern[str]:
    """Return what finds names that hold these words in this order."""
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
