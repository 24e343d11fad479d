"""Progress at the program's button on the taskbar of Windows, by its COM interface.

Whatever does not answer as it should ends the attempt: the taskbar is no reason to fail.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol

from gui.desktop.taskbar_state import TaskbarState

logger = logging.getLogger(__name__)

_CLASS: Final = "{56FDF344-FD6D-11D0-958A-006097C9A090}"
_INTERFACE: Final = "{EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF}"  # ITaskbarList3
_IN_PROCESS: Final = 1
# Where the methods stand in the interface's table.
_START, _SET_VALUE, _SET_STATE = 3, 9, 10
_NONE, _NORMAL, _ERROR = 0, 2, 4
_WHOLE: Final = 100


class TaskbarList(Protocol):
    """The interface's calls."""

    def set_value(self, window: int, done: int, whole: int) -> None:
        """Show how far it is."""

    def set_state(self, window: int, state: int) -> None:
        """Show in which colour."""


class WindowsTaskbar:
    """Shows the progress green, and red once something has failed.

    Args:
        window: Returns the number of the program's window.
        make: Returns the interface; None where there is none.
    """

    def __init__(
        self, window: Callable[[], int], make: Callable[[], TaskbarList | None] | None = None
    ) -> None:
        self._window = window
        self._make = make or taskbar_list
        self._list: TaskbarList | None = None
        self._is_tried = False

    def show(self, state: TaskbarState) -> None:
        """Show a state; what goes wrong is logged, once, and nothing is tried again."""
        try:
            if not self._is_tried:
                self._is_tried = True
                self._list = self._make()
            if self._list is not None:
                _show(self._list, self._window(), state)
        except (OSError, AttributeError, ValueError, ctypes.ArgumentError) as error:
            logger.info("the taskbar shows no progress: %s", error)
            self._list = None


def _show(taskbar: TaskbarList, window: int, state: TaskbarState) -> None:
    if state.progress is None:
        taskbar.set_state(window, _NONE)
        return
    taskbar.set_state(window, _ERROR if state.failures else _NORMAL)
    taskbar.set_value(window, round(state.progress * _WHOLE), _WHOLE)


class _ComTaskbarList:
    """ITaskbarList3 by its table of methods.

    Args:
        pointer: What `CoCreateInstance` has given.
        method: Makes a callable of a prototype and an address; `WINFUNCTYPE` on Windows.
    """

    def __init__(self, pointer: int, prototype: Callable[..., Any]) -> None:
        self._pointer = pointer
        table = ctypes.cast(pointer, ctypes.POINTER(ctypes.c_void_p))[0]
        assert table is not None
        self._table = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))
        self._prototype = prototype
        self._call(_START, ())

    def set_value(self, window: int, done: int, whole: int) -> None:
        """Show how far it is."""
        kinds = (ctypes.c_void_p, ctypes.c_ulonglong, ctypes.c_ulonglong)
        self._call(_SET_VALUE, kinds, window, done, whole)

    def set_state(self, window: int, state: int) -> None:
        """Show in which colour."""
        self._call(_SET_STATE, (ctypes.c_void_p, ctypes.c_int), window, state)

    def _call(self, place: int, kinds: tuple[Any, ...], *values: int) -> None:
        address = self._table[place]
        result = self._prototype(ctypes.c_long, ctypes.c_void_p, *kinds)(address)(
            self._pointer, *values
        )
        if result < 0:
            raise OSError(f"ITaskbarList3 answered {result & 0xFFFFFFFF:#x}")


class _Guid(ctypes.Structure):
    _fields_ = (
        ("first", ctypes.c_uint32), ("second", ctypes.c_uint16), ("third", ctypes.c_uint16),
        ("rest", ctypes.c_ubyte * 8),
    )  # fmt: skip


def taskbar_list() -> TaskbarList | None:
    """Return the taskbar's interface; None where this is not Windows or there is no taskbar."""
    found: TaskbarList | None = None
    if sys.platform == "win32":
        ole = ctypes.OleDLL("ole32")  # raises OSError where an answer is a failure
        wanted, interface, pointer = _Guid(), _Guid(), ctypes.c_void_p()
        ole.CLSIDFromString(ctypes.c_wchar_p(_CLASS), ctypes.byref(wanted))
        ole.CLSIDFromString(ctypes.c_wchar_p(_INTERFACE), ctypes.byref(interface))
        ole.CoCreateInstance(
            ctypes.byref(wanted), None, _IN_PROCESS, ctypes.byref(interface), ctypes.byref(pointer)
        )
        if pointer.value is not None:
            found = _ComTaskbarList(pointer.value, ctypes.WINFUNCTYPE)
    return found
