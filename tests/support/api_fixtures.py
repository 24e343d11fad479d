"""A served queue that tests ask, loaded by the root `conftest.py`."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from queue_core import HueyJobQueue

if TYPE_CHECKING:
    from queue_core.api.serving import ServeOptions

HAS_SERVE = all(find_spec(name) for name in ("fastapi", "uvicorn", "python_multipart"))


@dataclass(frozen=True)
class Api:
    """A server and a client that has its token."""

    url: str
    token: str
    client: httpx.Client

    def get(self, path: str, **params: Any) -> Any:
        """Ask, and return the JSON of an answer that is a success."""
        return self._json(self.client.get(path, params=params))

    def post(self, path: str, data: Any = None, **request: Any) -> Any:
        """Order, and return the JSON of an answer that is a success."""
        return self._json(self.client.post(path, json=data, **request))

    def _json(self, answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()

    def raw(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Send exactly these headers and no others; return status and body."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    @contextmanager
    def events(self, **params: Any) -> Iterator[Iterator[tuple[str, Any]]]:
        """Listen; yields events as name and data."""
        with self.client.stream("GET", "/api/v1/events", params=params, timeout=20) as answer:
            assert answer.status_code == 200, answer.read()
            yield parsed(answer.iter_lines())


def parsed(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Return the events of a stream's lines."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


Serve = Callable[..., AbstractContextManager[Api]]


@pytest.fixture
def serve(queue: HueyJobQueue) -> Serve:
    """Serve the test's queue, as `ServeOptions` say, while a block runs."""
    if not HAS_SERVE:
        pytest.skip("the extra “serve” is not installed")
    from queue_core.api.serving import ApiServer, ApiThread, ServeOptions

    @contextmanager
    def served(options: ServeOptions | None = None) -> Iterator[Api]:
        thread = ApiThread(ApiServer(queue, options or ServeOptions(port=0)))
        thread.start()
        token = queue.folder.api_token.read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        try:
            with httpx.Client(base_url=thread.url, headers=headers, trust_env=False) as client:
                yield Api(thread.url, token, client)
        finally:
            thread.stop()

    return served


@pytest.fixture
def api(serve: Serve) -> Iterator[Api]:
    """The test's queue, served; no job runs unless the test starts the queue."""
    with serve() as served:
        yield served
