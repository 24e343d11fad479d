"""The door: host, token and size are looked at before anything of a request is read."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from queue_core.api.problems import ApiError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB: Final = 2**20
_SCHEME: Final = b"bearer "
_LOOPBACK_NAMES: Final = frozenset(("localhost", "127.0.0.1", "::1"))
_UPLOADS: Final = frozenset(("/api/v1/datasets/", "/api/v1/uploads/"))
_FORMS: Final = frozenset(("/api/v1/job/",))
_LONGEST_TARGET: Final = 8_192


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one client may ask for.

    Attributes:
        body_bytes: Of a request that is no upload.
        upload_bytes: Of an uploaded file.
        silence_s: How long a client may take for the next piece of what it sends.
        streams: Open event streams at once.
        send_s: How long a stream's client may read nothing before it is let go.
    """

    body_bytes: int = MIB
    upload_bytes: int = 4 * 1024 * MIB
    silence_s: float = 60.0
    streams: int = 2_000
    send_s: float = 60.0


class Guard:
    """Lets requests through that name a host of ours and carry the token.

    The `Host` header is looked at because a page in a browser may have its own name point at this
    computer; the token, because other users of the computer reach its ports, too.

    Args:
        app: What is guarded.
        token: What `Authorization: Bearer` must carry.
        hosts: Names under which the API may be reached, besides those of this computer itself.
        limits: How much may be sent.
    """

    def __init__(self, app: AsgiApp, token: str, hosts: Iterable[str], limits: Limits) -> None:
        self._app = app
        self._token = token.encode("ascii")
        self._hosts = _LOOPBACK_NAMES | {host.lower().strip("[]") for host in hosts}
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request, and pass it on or answer why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # there are no web sockets here: the server refuses what nobody accepts
        try:
            size = self._looked_at(scope)
        except ApiError as problem:
            await problem.response()(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        await self._app(scope, self._bounded(receive, size), send)

    def _looked_at(self, scope: Scope) -> int:
        """Return how many bytes of body the request may have.

        Raises:
            ApiError: It may not pass.
        """
        host = authorization = length = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value if not host else b"?"
            elif name == b"authorization":
                authorization = value if not authorization else b"?"
            elif name == b"content-length":
                length = value
        if not self._is_ours(host, scope):
            raise ApiError(
                400, "wrong_host", "The API is not known under this host name.", field="Host",
                hint="Let it in with: dashai-monitor serve --allow-host NAME",
            )  # fmt: skip
        if authorization[:7].lower() != _SCHEME or not hmac.compare_digest(
            authorization[7:].strip(), self._token
        ):
            raise ApiError(
                401, "no_token", "The request does not carry the token of this program.",
                hint="Send “Authorization: Bearer …” with what stands in monitor/api-token.",
                field="Authorization", headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if len(scope["path"]) + len(scope["query_string"]) > _LONGEST_TARGET:
            raise ApiError(414, "too_long", "The address of the request is too long.")
        allowed = self._allowed(scope)
        if length and int(length) > allowed:
            raise too_large(allowed)
        return allowed

    def _is_ours(self, host: bytes, scope: Scope) -> bool:
        name = _name_of(host)
        if name in self._hosts:
            return True
        try:
            # A number cannot be made to point elsewhere: the very address that was connected to.
            address = ipaddress.ip_address(name)
            return address == ipaddress.ip_address(scope["server"][0])
        except (ValueError, TypeError, KeyError):
            return False

    def _allowed(self, scope: Scope) -> int:
        path = scope["path"]
        if path in _UPLOADS or (path in _FORMS and _is_form(scope)):
            return self._limits.upload_bytes
        return self._limits.body_bytes

    def _bounded(self, receive: Receive, allowed: int) -> Receive:
        """Return a *receive* that gives out no more than is allowed, and waits not for ever."""
        seen = 0
        whole = False

        async def bounded() -> Message:
            nonlocal seen, whole
            if whole:
                return await receive()  # what comes now is the end of the connection
            try:
                message = await asyncio.wait_for(receive(), self._limits.silence_s)
            except TimeoutError:
                raise ApiError(
                    408, "too_slow", "The rest of the request did not come in time."
                ) from None
            seen += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if seen > allowed:
                raise too_large(allowed)
            return message

        return bounded


def too_large(allowed: int) -> ApiError:
    """Return the answer to a body that is too large; what is left of it is not read."""
    return ApiError(
        413, "too_large", f"The request holds more than {allowed:,} bytes.",
        hint="Upload files to /api/v1/datasets/; larger ones are loaded by the window or the "
        "command line.", headers={"Connection": "close"},
    )  # fmt: skip


def _name_of(host: bytes) -> str:
    """Return the host without its port, in small letters; of an IPv6 address without brackets."""
    text = host.decode("latin-1").strip().lower()
    if text.startswith("["):
        name, bracket, port = text[1:].partition("]")
        return name if bracket and (not port or port[1:].isdecimal()) else ""
    name, _, port = text.partition(":")
    return name.rstrip(".") if not port or port.isdecimal() else ""


def _is_form(scope: Scope) -> bool:
    return any(
        name == b"content-type" and value.lower().startswith(b"multipart/form-data")
        for name, value in scope["headers"]
    )
