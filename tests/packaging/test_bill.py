from __future__ import annotations

import hashlib
import json
from importlib import metadata
from pathlib import Path

import bill
import pytest
from workshop import CannotMakeError

from queue_core.licences import Package, licence_of


def test_what_the_program_needs_may_be_bundled() -> None:
    packages = bill.bundled()
    assert {"numpy", "pandas", "huey", "PySide6_Essentials"} <= {item.name for item in packages}
    bill.check_licences(packages)


@pytest.mark.parametrize(
    ("licence", "is_refused"),
    [
        ("MIT", False),
        ("BSD-3-Clause AND 0BSD", False),
        ("LGPL-3.0-only OR GPL-2.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("Proprietary", True),
        ("", True),
    ],
)
def test_a_licence_that_forbids_it_ends_the_making(licence: str, is_refused: bool) -> None:
    packages = [Package("thing", "1", licence)]
    if is_refused:
        with pytest.raises(CannotMakeError, match="thing 1"):
            bill.check_licences(packages)
    else:
        bill.check_licences(packages)


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("License-Expression: MIT", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License", "BSD License"),
        ("License: Apache 2.0", "Apache 2.0"),
        ("", "MIT"),
    ],
)
def test_licences_are_read_wherever_packages_state_them(
    tmp_path: Path, stated: str, found: str
) -> None:
    place = tmp_path / "thing-1.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.4\nName: thing\nVersion: 1\n{stated}\n")
    (place / "LICENSE").write_text("Permission is hereby granted,\nfree of charge, to any person")
    (place / "RECORD").write_text("thing-1.dist-info/LICENSE,,\n")
    assert licence_of(metadata.Distribution.at(place)) == found


def test_bill_and_checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bill, "DIST", tmp_path)
    written = json.loads(bill.write_bill([Package("A_b", "1.0", "MIT")]).read_text())
    assert written["specVersion"] == "1.6"
    assert written["components"][0]["purl"] == "pkg:pypi/a-b@1.0"
    again = bill.write_bill([Package("A_b", "1.0", "MIT")])
    assert json.loads(again.read_text()) == written  # the same input gives the same file
    sums = dict(line.split("  ")[::-1] for line in bill.write_checksums().read_text().splitlines())
    assert sums == {again.name: hashlib.sha256(again.read_bytes()).hexdigest()}
