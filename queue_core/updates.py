"""Looks for a newer version, only when somebody asks for it.

Where versions are published is said by the setting `updates.address`, or by the package itself
(its project URL "Release feed"), which whoever publishes it fills in. The answer is JSON: either
`{"version": "0.2.0", "page": "https://…"}`, or the newest release as forges describe it
(`tag_name`, `html_url`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final

from queue_core.errors import MonitorError
from queue_core.extras import DISTRIBUTION
from queue_core.version import __version__

_LABEL: Final = "Release feed"
_TIMEOUT_S: Final = 10.0
_LARGEST_BYTES: Final = 1 << 20
_CHECK: Final = "Check the address of new versions in the settings."
_NUMBER = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})")


class UpdateError(MonitorError):
    """Whether there is a newer version cannot be said."""


@dataclass(frozen=True)
class Release:
    """The newest version that is published.

    Attributes:
        version: Its number.
        page: Where people find it; empty where that was not said.
    """

    version: str
    page: str = ""

    @property
    def is_newer(self) -> bool:
        """Whether it is newer than this program."""
        return _numbers(self.version) > _numbers(__version__)


def published_at() -> str:
    """Return where this package says that its versions are published; empty: nowhere."""
    try:
        lines = metadata.metadata(DISTRIBUTION).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    beginning = f"{_LABEL}, "
    return next((str(line)[len(beginning) :] for line in lines if line.startswith(beginning)), "")


def look_for_release(address: str) -> Release | None:
    """Ask *address*, or the place that the package names, for the newest version.

    Returns:
        The release; None where neither says a place.

    Raises:
        UpdateError: Nobody answers, or the answer names no version.
    """
    place = address or published_at()
    return newest_release(place) if place else None


def newest_release(address: str) -> Release:
    """Ask *address* for the newest version.

    Raises:
        UpdateError: Nobody answers, or the answer names no version.
    """
    answer = _ask(address)
    version = answer.get("version") or answer.get("tag_name")
    if not isinstance(version, str) or _NUMBER.fullmatch(version) is None:
        raise UpdateError(
            f"What {address} answers names no version.",
            hint=_CHECK,
        )
    page = answer.get("page") or answer.get("html_url")
    is_page = isinstance(page, str) and page.startswith(("https://", "http://"))
    return Release(version.removeprefix("v"), str(page) if is_page else "")


def _ask(address: str) -> dict[str, Any]:
    import httpx  # 0.1 s that only this needs

    if not address.startswith(("https://", "http://")):
        raise UpdateError(
            f"{address or 'Nothing'} is no address of a web page.",
            hint=_CHECK,
        )
    try:
        with httpx.stream("GET", address, timeout=_TIMEOUT_S, follow_redirects=True) as reply:
            reply.raise_for_status()
            body = b""
            for piece in reply.iter_bytes():
                body += piece
                if len(body) > _LARGEST_BYTES:
                    raise UpdateError(
                        f"What {address} answers is too long to name a version.", hint=_CHECK
                    )
        answer = httpx.Response(200, content=body).json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UpdateError(
            f"{address} does not say whether there is a newer version: {error}",
            hint="Try again later, or look where you got the program.",
        ) from error
    except ValueError as error:
        raise UpdateError(f"What {address} answers is no JSON.", hint=_CHECK) from error
    return answer if isinstance(answer, dict) else {}


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBER.match(version)
    parts = tuple(int(part) for part in found[1].split(".")) if found else ()
    return (*parts, 0, 0, 0, 0)[:4]
