"""What a setting is: one record, with all that is needed to draw and check it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, cast

from queue_core.errors import ParameterError

Value = TypeVar("Value", bound=bool | int | float | str | tuple[str, ...])


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[Value]):
    """One setting, with all that is needed to draw and check it.

    Attributes:
        key: Its place in the file, e.g. `queue.workers`.
        kind: The Python type of its value.
        default: Its value unless the user says otherwise, or what computes it.
        title: What the user sees.
        sentence: What it does.
        minimum: The smallest value of a number.
        maximum: The largest value of a number.
        choices: The values of a text, each with its title; empty means any.
        unit: Unit of a number: `s`, `bytes`, `days` or nothing.
    """

    key: str
    kind: type[Value]
    default: Value | Callable[[], Value]
    title: str
    sentence: str
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""

    def default_value(self) -> Value:
        """Return the default on this machine."""
        return self.default() if callable(self.default) else self.default

    def check(self, value: object) -> Value:
        """Return *value* as this setting's type.

        Raises:
            ParameterError: The value is of another type, out of bounds or not a choice.
        """
        converted = self._converted(value)
        if isinstance(converted, (int, float)) and not isinstance(converted, bool):
            low, high = self.minimum, self.maximum
            # Written so that NaN fails.
            if not ((low is None or converted >= low) and (high is None or converted <= high)):
                raise self._error(value, f"It must be {_bounds(low, high)}.")
        if self.choices and converted not in self.choices:
            raise self._error(value, f"Choose one of {', '.join(self.choices)}.")
        return converted

    def _converted(self, value: object) -> Value:
        if self.kind is tuple and isinstance(value, (list, tuple)):
            if all(isinstance(item, str) for item in value):
                return cast("Value", tuple(str(item) for item in value))
        elif self.kind is float and type(value) is int:
            with contextlib.suppress(OverflowError):  # it is refused below
                return cast("Value", float(value))
        # bool is an int to Python, not to a user.
        elif isinstance(value, self.kind) and not (self.kind is int and isinstance(value, bool)):
            return value
        raise self._error(value, f"It must be {_WORDS[self.kind]}.")

    def _error(self, value: object, hint: str) -> ParameterError:
        return ParameterError(
            f"The setting {self.key} cannot be {_shown(value)}.", parameter=self.key, hint=hint
        )


def _shown(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # thousands of digits
        return "that long"


_WORDS: Final[Mapping[type, str]] = {
    bool: "true or false", int: "a whole number", float: "a number", str: "a text",
    tuple: "a list of texts",
}  # fmt: skip


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"between {low:g} and {high:g}"
