"""What desktops and build machines read about the program, held against their own linters."""

from __future__ import annotations

import configparser
import gzip
import itertools
import plistlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tree import lay_out_shared
from workshop import HERE, version

from queue_core.cli.app import COMMANDS
from queue_core.version import __version__


@pytest.fixture
def share(stand_in: Path, tmp_path: Path) -> Path:
    lay_out_shared(tmp_path / "share")
    return tmp_path / "share"


def test_there_is_one_version_number(share: Path) -> None:
    assert version() == __version__
    found = ElementTree.parse(share / "metainfo" / "io.github.dashai_monitor.metainfo.xml")
    release = found.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__


def test_the_menu_entry_is_valid(share: Path, needs: Callable[..., None]) -> None:
    entry = share / "applications" / "dashai-monitor.desktop"
    read = configparser.ConfigParser(interpolation=None)
    read.read(entry, encoding="utf-8")
    assert read["Desktop Entry"]["Exec"] == "dashai-monitor %F"
    needs("desktop-file-validate")
    subprocess.run(["desktop-file-validate", entry], check=True, capture_output=True)


def test_a_command_with_a_space_is_quoted(stand_in: Path, tmp_path: Path) -> None:
    lay_out_shared(tmp_path / "share", command="/home/ann b/dashai-monitor")
    text = (tmp_path / "share" / "applications" / "dashai-monitor.desktop").read_text("utf-8")
    assert 'Exec="/home/ann b/dashai-monitor" %F' in text
    assert "TryExec=/home/ann b/dashai-monitor\n" in text


def test_the_metadata_are_valid(share: Path, needs: Callable[..., None]) -> None:
    needs("appstreamcli")
    file = share / "metainfo" / "io.github.dashai_monitor.metainfo.xml"
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", file], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_types_that_the_entry_opens_are_known_to_the_system_or_brought_along(share: Path) -> None:
    read = configparser.ConfigParser(interpolation=None)
    read.read(share / "applications" / "dashai-monitor.desktop", encoding="utf-8")
    claimed = set(read["Desktop Entry"]["MimeType"].strip(";").split(";"))
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    brought = {
        node.get("type")
        for node in ElementTree.parse(share / "mime" / "packages" / "dashai-monitor.xml").findall(
            "m:mime-type", space
        )
    }
    assert brought <= claimed
    assert {name for name in claimed if name.startswith("application/vnd.dashai")} <= brought


def test_the_manual_names_commands_that_exist(share: Path) -> None:
    manual = gzip.decompress((share / "man" / "man1" / "dashai-monitor.1.gz").read_bytes()).decode()
    named = {
        line.strip('.BI "').split(" ")[0]
        for head, line in itertools.pairwise(manual.partition(".SH EXIT")[0].splitlines())
        if head == ".TP"
    }
    assert named
    assert named <= {command.name for command in COMMANDS}


def test_what_the_mac_reads_is_well_formed() -> None:
    rights = plistlib.loads((HERE / "macos" / "entitlements.plist").read_bytes())
    assert rights
    assert all(name.startswith("com.apple.security.") for name in rights)


def test_the_spec_is_valid_python() -> None:
    compile((HERE / "dashai-monitor.spec").read_text("utf-8"), "spec", "exec")


def test_the_workflow_follows_the_schema(needs: Callable[..., None]) -> None:
    needs("check-jsonschema")
    workflow = HERE.parents[1] / ".github" / "workflows" / "release.yml"
    subprocess.run(
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow],
        check=True, capture_output=True,
    )  # fmt: skip
