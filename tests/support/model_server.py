"""A real HTTP server on this computer that speaks the OpenAI protocol, and misbehaves on order."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODELS = ("parrot", "other")


class ModelServer(ThreadingHTTPServer):
    """Answers with the words of the last message, one piece each.

    The prompt orders what goes wrong: `!500`, `!400`, `!cut`, `!error`, `!garbage`, `!stall` or
    `!hang`.

    Attributes:
        requests: The bodies that were sent.
        gone: Set when a client has hung up in the middle of an answer.
        allow: Held answers (`!hang`) go on when it is set.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.models: tuple[str, ...] = MODELS
        self.key = ""
        self.gone = threading.Event()
        self.allow = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the server."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self._json(200, {"data": [{"id": name} for name in self.server.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        prompt = body["messages"][-1]["content"]
        if self.server.key and self.headers.get("Authorization") != f"Bearer {self.server.key}":
            self._json(401, {"error": {"message": "no key"}})
        elif body["model"] not in self.server.models:
            self._json(404, {"error": {"message": "unknown"}})
        elif "!500" in prompt:
            self._json(500, {"error": {"message": "out of memory"}})
        elif "!400" in prompt:
            self._json(400, {"error": {"message": "too long"}})
        else:
            self._stream(body, prompt)

    def _stream(self, body: dict[str, Any], prompt: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        if "!stall" in prompt:
            self.server.allow.wait(10)
            return None
        words = prompt.split()[: body["max_tokens"]]
        for number, word in enumerate(words):
            try:
                self._event(
                    {"choices": [{"delta": {"content": ("" if not number else " ") + word}}]}
                )
                if "!hang" in prompt and number == 1:
                    self._hang()
            except OSError:
                self.server.gone.set()
                return None
        if "!cut" in prompt:
            return None
        if "!error" in prompt:
            return self._event({"error": {"message": "the model fell over"}})
        if "!garbage" in prompt:
            self.wfile.write(b"data: {not json\n\n")
            return None
        ended = "length" if len(words) == body["max_tokens"] else "stop"
        self._event({"choices": [{"delta": {}, "finish_reason": ended}]})
        self._event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": len(words)}})
        self.wfile.write(b": comment\n\ndata: [DONE]\n\n")
        return None

    def _hang(self) -> None:
        """Go on only when the client has gone, or when it is allowed."""
        while not self.server.allow.wait(0.02):
            self.wfile.write(b": still here\n\n")
            self.wfile.flush()

    def _event(self, event: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        self.wfile.flush()

    def _json(self, status: int, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Run a server within the block."""
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="model-server")
    thread.start()
    try:
        yield server
    finally:
        server.allow.set()
        server.shutdown()
        thread.join()
        server.server_close()
