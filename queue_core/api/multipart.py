"""Forms with a file in them, as DashAI's front end sends them: read piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from queue_core.api.problems import ApiError
from queue_core.api.uploads import Upload
from queue_core.plain import storable

_MOST_PARTS: Final = 50
_MOST_FIELD_BYTES: Final = 2**20
_MOST_HEADERS: Final = 20
FILE_FIELD: Final = "file"


class FormReader:
    """Takes a form apart: small fields are kept, the one file goes to the disk as it comes.

    Args:
        content_type: The request's header.
        start_upload: Makes the place for a file of this name.

    Attributes:
        fields: The small fields.
        upload: The file; None where the form has none.

    Raises:
        ApiError: The header names no boundary.
    """

    def __init__(self, content_type: str, start_upload: Callable[[str], Upload]) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not 1 <= len(boundary) <= 200:
            raise _unreadable("its header names no boundary")
        self.fields: dict[str, str] = {}
        self.upload: Upload | None = None
        self._start_upload = start_upload
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._is_file = False
        self._text = bytearray()
        self._kept = 0
        self._parts = 0
        self._is_whole = False
        self._file_pieces: list[bytes] = []
        callbacks: Any = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    async def read(self, body: AsyncIterator[bytes]) -> None:
        """Read the whole form; what came of a file is gone where that cannot be done.

        Raises:
            ApiError: It cannot be read, or holds too much.
        """
        try:
            async for piece in body:
                if piece:
                    self._parser.write(piece)
                    await self._store()
            self._require_end()
            if self.upload is not None:
                await self.upload.finish()
        except BaseException as error:
            if self.upload is not None:
                await self.upload.give_up()
            if isinstance(error, FormParserError):
                raise _unreadable(storable(str(error), 200)) from None
            raise

    def _require_end(self) -> None:
        if not self._is_whole:
            raise _unreadable("its end is missing")

    async def _store(self) -> None:
        pieces, self._file_pieces = self._file_pieces, []
        for piece in pieces:
            assert self.upload is not None
            await self.upload.write(piece)

    def _on_part_begin(self) -> None:
        self._parts += 1
        self._headers = {}
        self._text.clear()
        if self._parts > _MOST_PARTS:
            raise _unreadable("it has too many parts")

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]
        self._count(end - start)

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        self._count(end - start)

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""
        if len(self._headers) > _MOST_HEADERS:
            raise _unreadable("a part has too many headers")

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        name = options.get(b"filename")
        self._is_file = name is not None
        if name is None:
            return
        if self._name != FILE_FIELD or self.upload is not None:
            raise ApiError(
                422, "wrong_parameter", "A form holds one file, in the field “file”.",
                field=storable(self._name, 100),
            )  # fmt: skip
        self.upload = self._start_upload(name.decode("utf-8", "replace"))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._file_pieces.append(data[start:end])
            return
        self._count(end - start)
        self._text += data[start:end]

    def _on_part_end(self) -> None:
        if not self._is_file:
            self.fields[self._name] = self._text.decode("utf-8", "replace")

    def _on_end(self) -> None:
        self._is_whole = True

    def _count(self, size: int) -> None:
        self._kept += size
        if self._kept > _MOST_FIELD_BYTES:
            raise _unreadable("its fields hold more than a megabyte")


def _unreadable(reason: str) -> ApiError:
    return ApiError(400, "no_form", f"The form cannot be read: {reason}.")
