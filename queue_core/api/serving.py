"""The server: in the foreground of `serve`, or in a thread of the window's program."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import uvicorn

from queue_core.api.app import make_app
from queue_core.api.context import ApiContext
from queue_core.api.guard import Limits
from queue_core.api.token import load_token
from queue_core.errors import JobQueueError

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

logger = logging.getLogger(__name__)

_BACKLOG: Final = 2_048
_LEAVE_S: Final = 5
_START_S: Final = 30.0
_UNREAD_S: Final = 120.0
# Files that a process may hold open: 1,000 streams need more than many systems give at first.
_DESCRIPTORS: Final = 8_192


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """How to serve.

    Attributes:
        host: The address to listen at.
        port: The port; 0 lets the system choose.
        names: Host names that clients may use besides this computer's own.
        trusts_paths: Whether clients may name files of this computer and run scripts.
        limits: How much a client may ask for.
    """

    host: str = "127.0.0.1"
    port: int = 8571
    names: tuple[str, ...] = ()
    trusts_paths: bool = False
    limits: Limits = field(default_factory=Limits)


class ApiServer(uvicorn.Server):
    """A server that ends its event streams before it waits for the others.

    Args:
        queue: The queue to serve.
        options: How.

    Attributes:
        url: Where it is reached.
        on_started: Called when it answers.

    Raises:
        JobQueueError: The port is taken.
        LocalFolderError: The token cannot be read or made.
    """

    def __init__(self, queue: HueyJobQueue, options: ServeOptions) -> None:
        token = load_token(queue.folder.api_token)
        self._socket = _listen(options.host, options.port)
        address = self._socket.getsockname()
        shown = f"[{options.host}]" if ":" in options.host else options.host
        self.url = f"http://{shown}:{address[1]}"
        self.on_started: Callable[[], None] = lambda: None
        self._context = ApiContext(queue, options.limits, trusts_paths=options.trusts_paths)
        app = make_app(self._context, token, hosts=(options.host, *options.names))
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="on", ws="none",
            server_header=False, backlog=_BACKLOG, timeout_graceful_shutdown=_LEAVE_S,
            proxy_headers=False, timeout_keep_alive=30,
        )  # fmt: skip
        super().__init__(config)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the program that this runs in."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self.on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then all else."""
        self._context.close_streams()
        await super().shutdown(sockets)

    async def answer(self) -> None:
        """Answer requests until `end_soon` is called."""
        _allow_many_files()
        try:
            await self.serve([self._socket])
        finally:
            self._socket.close()

    def end_soon(self) -> None:
        """Let it end, from any thread or a signal."""
        self.should_exit = True


class ApiThread:
    """The server in a thread of its own, beside a window or in a test.

    Args:
        server: What answers.
    """

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._started = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="api-server", daemon=True)
        server.on_started = self._started.set

    @property
    def url(self) -> str:
        """Where it is reached."""
        return self._server.url

    def start(self) -> None:
        """Return when the server answers.

        Raises:
            JobQueueError: It could not be started.
        """
        self._thread.start()
        self._started.wait(_START_S)
        if self._error is not None or not self._started.is_set():
            raise JobQueueError(f"The HTTP API cannot be started: {self._error or 'no answer'}.")

    def stop(self) -> None:
        """Return when the server has ended."""
        self._server.end_soon()
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._server.answer())
        except BaseException as error:  # a border: a thread's end is told by `start`, or the log
            self._error = error
            logger.exception("the HTTP API has ended")
        finally:
            self._started.set()


def is_loopback(host: str) -> bool:
    """Return whether only this computer can reach an address."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        # The protocol is named, because asyncio turns Nagle's algorithm off only where it is: else
        # each answer, which goes out in two pieces, waits 40 ms for the client's acknowledgement.
        listening = socket.socket(family, kind, protocol)
        try:
            if sys.platform != "win32":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                # What was sent and is never read would be kept for ever, closed or not.
                silence = int(_UNREAD_S * 1000)
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silence)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except BaseException:
            listening.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise JobQueueError(
            f"The address {host}:{port} cannot be listened at: {reason}.",
            hint="Choose another one with --host and --port; --port 0 takes any that is free.",
        ) from error
    return listening


def _allow_many_files() -> None:
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
        if soft < wanted:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
