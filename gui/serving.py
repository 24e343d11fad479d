"""The HTTP API beside the window: on while the settings say so, in a thread of its own."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from queue_core.errors import MissingPackageError
from queue_core.settings import Settings
from queue_core.settings.known import API_IN_WINDOW, API_PORT

if TYPE_CHECKING:
    from queue_core.api.serving import ApiThread
    from queue_core.queue.huey_queue import HueyJobQueue

PACKAGES: Final = ("fastapi", "uvicorn", "python_multipart")


class WindowApi:
    """Starts and ends the HTTP API; its methods wait, so they are called on other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: ApiThread | None = None
        self._port: int | None = None
        self._is_over = False

    @property
    def url(self) -> str | None:
        """Where it is reached; None while it is off."""
        return None if self._thread is None else self._thread.url

    def apply(self, queue: HueyJobQueue, settings: Settings) -> None:
        """Do as the settings say.

        Raises:
            MissingPackageError: The extra that it needs is not installed.
            JobQueueError: The port is taken.
        """
        wanted = settings[API_PORT] if settings[API_IN_WINDOW] else None
        with self._lock:
            if wanted == self._port or self._is_over:
                return
            self._end()
            if wanted is not None:
                self._begin(queue, wanted)

    def stop(self) -> None:
        """End it for good: the program ends."""
        with self._lock:
            self._is_over = True
            self._end()

    def _begin(self, queue: HueyJobQueue, port: int) -> None:
        for package in PACKAGES:
            if find_spec(package) is None:
                raise MissingPackageError(package, extra="serve", feature="The HTTP API")
        # Not before it is wanted: most windows serve nobody.
        from queue_core.api.serving import ApiServer, ApiThread, ServeOptions

        thread = ApiThread(ApiServer(queue, ServeOptions(port=port)))
        thread.start()
        self._thread, self._port = thread, port

    def _end(self) -> None:
        if self._thread is not None:
            self._thread.stop()
        self._thread = self._port = None
