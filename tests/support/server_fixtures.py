"""A PostgreSQL server of the tests' own, on a socket in a folder that goes with it.

`pytest --team` puts the lists of all tests on it, each in a schema of its own; tests that are about
the server alone ask for `team_server`. Where PostgreSQL is not installed they are skipped.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_core.paths import ENVIRONMENT_VARIABLE, URL_VARIABLE, LocalFolder

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path | None:
    """Return where the server's programs lie; None where there is none."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    places = [place for pattern in _PLACES for place in glob.glob(pattern)]  # noqa: PTH207
    return Path(max(places)) if places else None


class Server:
    """A server that is started, stopped and killed by a test.

    Args:
        folder: Where it keeps its data; short, for the path of a socket must be.
        port: Number of its socket and of its port.
        address: Where it listens beside its socket; everybody there is let in.
    """

    def __init__(self, folder: Path, port: int = 5432, *, address: str = "") -> None:
        self.folder, self.port = folder, port
        self._address = address
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to be root
        self._schemas = 0
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "tester", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        if address:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {address}/24 trust\n")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        place = programs()
        assert place is not None
        done = subprocess.run(
            [str(place / program), *arguments], user=self._user, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def start(self, *, is_durable: bool = False) -> None:
        """Start it; a test needs no flush to the disk, for no power goes."""
        flush = "" if is_durable else "-F"
        options = f"{flush} -k {self.folder} -p {self.port} -c listen_addresses='{self._address}'"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` is what a crash is, `fast` ends all connections in order."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def url(self, schema: str = "") -> str:
        """Return the URL of a list; of a new one where none is named."""
        self._schemas += not schema
        schema = schema or f"list_{self._schemas}"
        return f"postgresql://tester@/postgres?host={self.folder}&port={self.port}&schema={schema}"


@pytest.fixture(scope="session")
def team_server() -> Iterator[Server]:
    """A server that all tests of a session share; who stops it starts it again."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="the extra `team` is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = Server(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def team_url(
    team_server: Server, local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A list of the test's own, which `$DASHAI_QUEUE_URL` names."""
    assert os.environ[ENVIRONMENT_VARIABLE] == str(local_folder.root)
    url = team_server.url()
    monkeypatch.setenv(URL_VARIABLE, url)
    monkeypatch.setenv("XDG_CACHE_HOME", str(local_folder.root / "cache"))
    return url


@pytest.fixture(autouse=True)
def _lists_on_a_server(request: pytest.FixtureRequest) -> None:
    """Put the list of each test on the server, where `--team` asks for it."""
    if request.config.getoption("--team") and "local_folder" in request.fixturenames:
        request.getfixturevalue("team_url")
