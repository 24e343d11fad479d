"""Which file of a zip archive is meant."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from queue_core.components.loaders.files.compression import DAMAGE, damaged
from queue_core.errors import DataError, ParameterError

MEMBERS_SHOWN = 10
MEMBERS_OFFERED = 500


def choose_member(path: Path, wanted: str | None) -> str:
    """Return the name of the member to load: the wanted one, or the only one.

    Raises:
        DataError: The archive is damaged or empty, holds several files and none was chosen, or
            the member is encrypted.
        ParameterError: There is no member of the wanted name.
    """
    members = data_members(path)
    if not members:
        raise DataError(f"{path.name} holds no file.", hint="Choose another archive.")
    names = [item.filename for item in members]
    if wanted is not None:
        if wanted not in names:
            raise ParameterError(
                f"{path.name} holds no file “{wanted}”.",
                parameter="member",
                hint=f"It holds: {_listed(names)}.",
            )
        chosen = members[names.index(wanted)]
    elif len(members) == 1:
        chosen = members[0]
    else:
        raise DataError(
            f"{path.name} holds {len(members)} files: {_listed(names)}.",
            hint="Choose one with the option “member”, or unpack the archive and load the files.",
            remedies=[("member", name) for name in names[:MEMBERS_OFFERED]],
        )
    if chosen.flag_bits & 1:
        raise DataError(
            f"{chosen.filename} in {path.name} is protected with a password.",
            hint="Unpack it with its password first, then load the file.",
        )
    return chosen.filename


def data_members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without folders and what macOS adds.

    Raises:
        DataError: The archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = [item for item in archive.infolist() if item.filename]
    except DAMAGE as error:
        raise damaged(path.name, error) from error
    return [item for item in found if not item.is_dir() and not _is_clutter(item.filename)]


def _is_clutter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _listed(names: list[str]) -> str:
    more = len(names) - MEMBERS_SHOWN
    return ", ".join(names[:MEMBERS_SHOWN]) + (f" and {more} more" if more > 0 else "")
