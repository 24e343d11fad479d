"""`dashai-monitor serve`: the queue for other programs, over HTTP."""

from __future__ import annotations

import argparse
import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from queue_core.cli.endings import until_told
from queue_core.cli.queue_access import open_queue
from queue_core.cli.terminal import Terminal
from queue_core.cli.worker import MOST_WORKERS
from queue_core.errors import MissingPackageError, ParameterError

if TYPE_CHECKING:
    from queue_core.api.serving import ApiServer
    from queue_core.queue.huey_queue import HueyJobQueue

PORT: Final = 8571
PACKAGES: Final = ("fastapi", "uvicorn", "python_multipart")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS",
        help="where to listen (default: 127.0.0.1, which only this computer reaches)",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}; 0 takes any"
    )
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", dest="names",
        help="a host name under which clients reach it, e.g. that of a proxy; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--allow-local-files", action="store_true",
        help="let clients name files of this computer and run scripts",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N",
        help="run N jobs at once, too (default: 0, the window or a worker runs them)",
    )  # fmt: skip
    parser.add_argument(
        "--openapi", action="store_true", help="print the OpenAPI document, and serve nothing"
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Serve until Ctrl+C or SIGTERM."""
    if not 0 <= arguments.port <= 65_535:
        raise ParameterError("A port is a number from 0 to 65535.", parameter="port")
    if not 0 <= arguments.workers <= MOST_WORKERS:
        raise ParameterError(f"A server runs 0 to {MOST_WORKERS} jobs at once.")
    for package in PACKAGES:
        if find_spec(package) is None:
            raise MissingPackageError(package, extra="serve", feature="The HTTP API")
    from queue_core.api.app import describe
    from queue_core.api.serving import ApiServer, ServeOptions

    with open_queue() as queue:
        if arguments.openapi:
            terminal.document(describe(queue))
            return 0
        options = ServeOptions(
            host=arguments.host, port=arguments.port, names=tuple(arguments.names),
            trusts_paths=arguments.allow_local_files,
        )  # fmt: skip
        server = ApiServer(queue, options)
        server.on_started = lambda: _greet(queue, server, arguments.host, terminal)
        with until_told(server.end_soon):
            if arguments.workers:
                _run_jobs(queue, arguments.workers)
            asyncio.run(server.answer())
    terminal.note("The HTTP API has ended.")
    return 0


def _run_jobs(queue: HueyJobQueue, workers: int) -> None:
    from queue_core.queue.configuration import engine_options
    from queue_core.settings import Settings

    queue.start(workers, engine_options(Settings.load(queue.folder.settings)))


def _greet(queue: HueyJobQueue, server: ApiServer, host: str, terminal: Terminal) -> None:
    from queue_core.api.serving import is_loopback

    token = queue.folder.api_token
    if terminal.json:
        terminal.document({"url": server.url, "token_file": str(token)})
    terminal.told(f"Serving at {server.url}; Ctrl+C ends it.")
    terminal.note(f"Clients send the token in {token}")
    if not is_loopback(host):
        terminal.note(
            "Others on the network reach this address, and nothing is encrypted: put a proxy with "
            "TLS before it, see docs/http-api.md."
        )
    if not queue.consumers():
        terminal.note("No program runs jobs now: open the window, or add --workers 2.")
