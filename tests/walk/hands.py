"""The hands of the walk: mouse and keys, as the X server gets them from a person."""

from __future__ import annotations

import subprocess

from reader import Heard

STEPS = 12
# As fast as a hand: a drag is answered at each move before the next one is taken.
STEP_S = 0.06


def press(*keys: str) -> None:
    """Press keys one after the other, e.g. `ctrl+f`."""
    _xdotool("key", "--clearmodifiers", "--delay", "30", *keys)


def write(text: str) -> None:
    """Write a text."""
    _xdotool("type", "--clearmodifiers", "--delay", "12", text)


def click(heard: Heard, *, button: int = 1, times: int = 1, with_key: str = "") -> None:
    """Click into the middle of something."""
    x, y = heard.middle
    click_at(x, y, button=button, times=times, with_key=with_key)


def click_at(x: int, y: int, *, button: int = 1, times: int = 1, with_key: str = "") -> None:
    """Click at a place of the screen."""
    held = (("keydown", with_key), ("keyup", with_key)) if with_key else ((), ())
    clicks = ("click", "--repeat", times, "--delay", 60, button)
    _xdotool("mousemove", x, y, *held[0], *clicks, *held[1])


def drag(start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag something from one place to another and let it fall there."""
    _xdotool("mousemove", *start, "mousedown", 1)
    for step in range(1, STEPS + 1):
        x = start[0] + (end[0] - start[0]) * step // STEPS
        y = start[1] + (end[1] - start[1]) * step // STEPS
        _xdotool("mousemove", x, y, "sleep", STEP_S)
    _xdotool("sleep", 0.3, "mouseup", 1)


def _xdotool(*words: object) -> None:
    subprocess.run(["xdotool", *map(str, words)], check=True, capture_output=True, timeout=60)
