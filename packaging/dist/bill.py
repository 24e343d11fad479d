"""Says what is in the artefacts: checksums, a bill of materials, the licences of what is bundled."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

from workshop import DIST, NAME, CannotMakeError, source_date, version

from queue_core.licences import Package, packages_in_use, plain_name

# Licences under which a program may be passed on inside another one without passing on its own
# licence, or whose conditions a folder of separate libraries meets (LGPL, MPL).
_FREE = re.compile(
    r"MIT|BSD|Apache|PSF|Python|ISC|Zlib|MPL|Mozilla|LGPL|Lesser|HPND|Unlicense|CC0|0BSD|Boost|BSL"
    r"|PIL|UIUC|NCSA|Matplotlib",
    re.IGNORECASE,
)
_BINDING = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|SSPL|BUSL|Commercial|Proprietary", re.IGNORECASE)
_MADE_ONLY = re.compile(r"^(pyinstaller|pip|setuptools|wheel|altgraph|babel)", re.IGNORECASE)


def bundled() -> list[Package]:
    """Return what the frozen program carries, by name."""
    return [item for item in packages_in_use() if not _MADE_ONLY.match(item.name)]


def check_licences(packages: list[Package]) -> None:
    """Refuse to make anything that may not be passed on.

    Raises:
        CannotMakeError: A licence forbids it, or is not stated.
    """
    refused = [
        f"{item.name} {item.version}: {item.licence or 'no licence is stated'}"
        for item in packages
        if not _FREE.search(item.licence)
        or (_BINDING.search(item.licence) and not re.search("LGPL|Lesser", item.licence))
    ]
    if refused:
        raise CannotMakeError("These may not be bundled:\n  " + "\n  ".join(refused))


def write_bill(packages: list[Package]) -> Path:
    """Write a CycloneDX 1.6 bill of materials."""
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{NAME}/{version()}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(source_date(), UTC).isoformat(),
            "component": {
                "type": "application", "name": NAME, "version": version(),
                "purl": f"pkg:pypi/{NAME}@{version()}",
            },
        },
        "components": [
            {
                "type": "library", "name": item.name, "version": item.version,
                "purl": f"pkg:pypi/{plain_name(item.name)}@{item.version}",
                "licenses": [{"license": {"name": item.licence}}],
            }
            for item in packages
        ],
    }  # fmt: skip
    path = DIST / f"{NAME}-{version()}.cdx.json"
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    return path


def write_checksums() -> Path:
    """Write the SHA-256 of everything that was made, as `sha256sum --check` reads it."""
    target = DIST / "SHA256SUMS"
    lines = [
        f"{_sha256(path)}  {path.name}\n"
        for path in sorted(DIST.iterdir())
        if path.is_file() and path != target
    ]
    target.write_text("".join(lines), encoding="utf-8")
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
