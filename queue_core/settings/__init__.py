"""Settings: the records of all that can be set, and the file that keeps what the user changed."""

from __future__ import annotations

from queue_core.settings.known import SETTINGS, TIMEOUTS
from queue_core.settings.record import Setting
from queue_core.settings.store import Settings, change_settings

__all__ = ["SETTINGS", "TIMEOUTS", "Setting", "Settings", "change_settings"]
