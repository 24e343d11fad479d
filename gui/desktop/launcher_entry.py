"""Progress and count at the program's icon on Linux, by the signal that docks listen to.

Unity began it; the docks of Ubuntu and KDE, Plank and others follow the same signal on the user's
message bus. Where there is no bus, nothing is sent.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gui.bridge import Bridge
from gui.desktop.taskbar_state import TaskbarState
from gui.i18n import tr

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

APPLICATION: Final = "application://dashai-monitor.desktop"
INTERFACE: Final = "com.canonical.Unity.LauncherEntry"
PLACE: Final = "/com/dashai/monitor"
_CONNECTION: Final = "dashai-monitor-taskbar"


class LauncherEntry:
    """Tells whoever listens on the bus; it is looked for when there is first something to tell."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._bus: QDBusConnection | None = None
        self._is_known = False
        self._wanted: TaskbarState | None = None

    def show(self, state: TaskbarState) -> None:
        """Send a state, or as soon as the bus is known."""
        self._wanted = state
        if self._bus is not None:
            self._bus.send(_message(state))
        elif not self._is_known:
            self._is_known = True
            self._bridge.start(self._find(), what=tr("Looking for the taskbar"))

    async def _find(self) -> None:
        self._bus = await self._bridge.call(connect)
        if self._bus is not None and self._wanted is not None:
            self._bus.send(_message(self._wanted))


def bus_address() -> str:
    """Return where the user's message bus listens; empty: there is none, and none is started."""
    told = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if told:
        return told
    socket = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / "bus"
    return f"unix:path={socket}" if socket.is_socket() else ""


def connect() -> QDBusConnection | None:
    """Return a connection to the bus, or None; it may take a while, so call it elsewhere."""
    address = bus_address()
    if not address:
        return None
    try:
        from PySide6.QtDBus import QDBusConnection
    except ImportError:  # a system without its library
        return None
    bus = QDBusConnection.connectToBus(address, _CONNECTION)
    return bus if bus.isConnected() else None


def properties_of(state: TaskbarState) -> dict[str, Any]:
    """Return a state as docks read it."""
    return {
        "progress": state.progress or 0.0,
        "progress-visible": state.progress is not None,
        "count": state.failures,
        "count-visible": state.failures > 0,
        "urgent": state.is_urgent,
    }


def _message(state: TaskbarState) -> Any:
    from PySide6.QtDBus import QDBusMessage

    message = QDBusMessage.createSignal(PLACE, INTERFACE, "Update")
    message.setArguments([APPLICATION, properties_of(state)])
    return message
