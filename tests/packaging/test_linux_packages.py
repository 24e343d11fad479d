"""The packages of Linux, built around a small stand-in program, installed, upgraded, removed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import appimage
import deb
import pytest
import run_file
from workshop import CannotMakeError

Needs = Callable[..., None]


def output(*command: str | Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


class TestDeb:
    def test_it_holds_what_a_desktop_needs_and_belongs_to_root(
        self, stand_in: Path, needs: Needs
    ) -> None:
        needs("dpkg-deb")
        package = deb.make_deb(level=1)
        lines = output("dpkg-deb", "--contents", package).splitlines()
        places = {line.split()[5].removeprefix("./") for line in lines}
        assert all(" root/root " in line for line in lines)
        assert {
            "opt/dashai-monitor/dashai-monitor",
            "usr/bin/dashai-monitor",
            "usr/share/applications/dashai-monitor.desktop",
            "usr/share/mime/packages/dashai-monitor.xml",
            "usr/share/icons/hicolor/48x48/apps/dashai-monitor.png",
            "usr/share/man/man1/dashai-monitor.1.gz",
        } <= places
        assert output("dpkg-deb", "--field", package, "Package").strip() == "dashai-monitor"

    def test_the_same_input_gives_the_same_package(self, stand_in: Path, needs: Needs) -> None:
        needs("dpkg-deb")
        first = deb.make_deb(level=1).read_bytes()
        assert deb.make_deb(level=1).read_bytes() == first


class TestRunFile:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        home = tmp_path / "home of ann & co"
        home.mkdir()
        return home

    def install(self, installer: Path, home: Path) -> str:
        return output(
            "sh", installer, "--quiet", "--nox11",
            environment={"HOME": str(home), "XDG_DATA_HOME": ""},
        )  # fmt: skip

    def test_install_upgrade_and_remove(self, stand_in: Path, home: Path, needs: Needs) -> None:
        needs("makeself")
        said = self.install(run_file.make_run_file(), home)
        command = home / ".local/bin/dashai-monitor"
        assert str(command) in said
        assert output(command) == "one\n"
        entry = home / ".local/share/applications/dashai-monitor.desktop"
        assert f'Exec="{home}/.local/share/dashai-monitor/program/dashai-monitor" %F' in (
            entry.read_text("utf-8")
        )
        data = home / ".DashAI" / "monitor"
        data.mkdir(parents=True)

        (stand_in / "_internal" / "version").unlink()  # a new file, not the old one changed
        (stand_in / "_internal" / "version").write_text("two\n")
        (stand_in / "_internal" / "new").write_text("")
        self.install(run_file.make_run_file(), home)
        assert output(command) == "two\n"

        output(
            "sh", home / ".local/share/dashai-monitor/uninstall.sh",
            environment={"HOME": str(home), "XDG_DATA_HOME": "", "DASHAI_LOCAL_PATH": ""},
        )  # fmt: skip
        # The desktop's own lists stay, and say nothing of it any more.
        left = [path for path in home.rglob("*") if path.is_file() or path.is_symlink()]
        assert [path for path in left if "dashai" in str(path.relative_to(home))] == []
        assert [path for path in left if b"dashai" in path.read_bytes()] == []
        assert data.is_dir()


class TestAppImage:
    def test_it_runs_mounted_or_extracted(
        self, stand_in: Path, tmp_path: Path, needs: Needs
    ) -> None:
        needs("gcc", "mksquashfs")
        try:
            image = appimage.make_appimage()
        except CannotMakeError as error:
            pytest.skip(str(error))
        words = tmp_path / "two words"
        words.write_text("from the argument\n")
        cache = tmp_path / "cache"
        surroundings = {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(tmp_path)}
        assert output(image, words, environment=surroundings) == "one\nfrom the argument\n"
        output(image, "--appimage-extract", tmp_path / "out")
        assert (tmp_path / "out" / "program" / "_internal" / "version").read_text() == "one\n"
        assert (tmp_path / "out" / ".DirIcon").is_symlink()
