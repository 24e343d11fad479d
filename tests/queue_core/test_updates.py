"""A newer version is looked for where its publisher says, and every other answer is a sentence."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from queue_core.updates import UpdateError, newest_release, published_at

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve one answer on loopback; return its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(body: bytes, status: int = 200) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/releases/latest"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("body", "version", "page", "is_newer"),
    [
        (b'{"version": "99.0", "page": "https://a/b"}', "99.0", "https://a/b", True),
        (b'{"tag_name": "v0.0.9", "html_url": "https://a"}', "0.0.9", "https://a", False),
        (b'{"version": "0.1"}', "0.1", "", False),
        (b'{"version": "99", "page": "javascript:alert(1)"}', "99", "", True),
    ],
)
def test_an_answer_names_a_version(
    serve: Serve, body: bytes, version: str, page: str, is_newer: bool
) -> None:
    release = newest_release(serve(body))
    assert (release.version, release.page, release.is_newer) == (version, page, is_newer)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"<html>", 200, "no JSON"),
        (b"[]", 200, "names no version"),
        (b'{"version": "../../x"}', 200, "names no version"),
        (b'{"version": 3}', 200, "names no version"),
        (b"{}", 404, "404"),
        (b" " * (2 << 20), 200, "too long"),
    ],
)
def test_every_other_answer_is_a_sentence(
    serve: Serve, body: bytes, status: int, said: str
) -> None:
    with pytest.raises(UpdateError, match=said) as caught:
        newest_release(serve(body, status))
    assert caught.value.hint


def test_nobody_answers() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UpdateError, match="does not say"):
            newest_release(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    with pytest.raises(UpdateError, match="no address"):
        newest_release("ftp://somewhere")


def test_a_copy_that_nobody_published_knows_no_place() -> None:
    assert published_at() == ""
