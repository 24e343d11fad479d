"""One window for one local folder: a second start hands its files to the first and ends."""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QLockFile, QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from queue_core.paths import LocalFolder

logger = logging.getLogger(__name__)

HAND_OVER_MS = 5000
TRY_EVERY_MS = 50
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
# sockaddr_un holds 108 bytes on Linux and 104 on macOS.
MAX_SOCKET_PATH_BYTES = 100
ANSWER = b"ok\n"


class Claim(Enum):
    """What came of a start."""

    FIRST = auto()
    HANDED_OVER = auto()
    UNREACHABLE = auto()


class SingleInstance(QObject):
    """Holds the local folder for this window, and listens for later starts.

    The lock decides who is first: it names its owner's process, so one left by a killed program
    counts for nothing. The socket only carries messages.

    Signals:
        files_received: Another start handed over these paths (a tuple, perhaps empty): show the
            window and load them.
    """

    files_received = Signal(object)

    def __init__(self, folder: LocalFolder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = socket_name(folder)
        self._lock = QLockFile(str(folder.monitor / "window.lock"))
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def claim(self, paths: Sequence[Path] = ()) -> Claim:
        """Become the window of this folder, or hand *paths* to the one there is.

        The folder must exist. Takes up to five seconds where the other window does not answer.
        """
        if self._lock.tryLock(0):
            self._listen()
            return Claim.FIRST
        return Claim.HANDED_OVER if self._hand_over(paths) else Claim.UNREACHABLE

    def close(self) -> None:
        """Let another window have the folder."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        self._lock.unlock()

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # of a program that was killed
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self._name):
            logger.warning("No second start can reach this window: %s", server.errorString())
        server.newConnection.connect(self._on_connection)
        self._server = server

    def _on_connection(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda s=socket: self._on_message(s))
            socket.disconnected.connect(socket.deleteLater)
            if socket.canReadLine():
                self._on_message(socket)

    def _on_message(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MAX_MESSAGE_BYTES:
                socket.abort()
            return
        try:
            message = json.loads(bytes(socket.readLine().data()))
            paths = tuple(Path(str(item)) for item in message["files"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            logger.warning("A message from another program was not understood: %s", error)
            socket.abort()
            return
        socket.write(ANSWER)
        socket.flush()
        socket.disconnectFromServer()
        self.files_received.emit(paths)

    def _hand_over(self, paths: Sequence[Path]) -> bool:
        """Send *paths*; the first window may still be starting, so try for a while."""
        message = json.dumps({"files": [os.fspath(path.absolute()) for path in paths]})
        clock = QElapsedTimer()
        clock.start()
        while clock.elapsed() < HAND_OVER_MS:
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(TRY_EVERY_MS):
                socket.write(message.encode() + b"\n")
                socket.flush()
                left_ms = max(1, HAND_OVER_MS - clock.elapsed())
                if socket.waitForReadyRead(left_ms) and bytes(socket.readLine().data()) == ANSWER:
                    return True
            socket.abort()
            QThread.msleep(TRY_EVERY_MS)
        return False


def socket_name(folder: LocalFolder) -> str:
    """Return the name of the socket: one for each user and local folder."""
    inside = folder.monitor / "window.sock"
    if sys.platform != "win32" and len(os.fsencode(inside)) <= MAX_SOCKET_PATH_BYTES:
        return str(inside)
    key = hashlib.sha256(f"{getpass.getuser()}\n{folder.root.resolve()}".encode()).hexdigest()
    return f"dashai-monitor-{key[:24]}"
