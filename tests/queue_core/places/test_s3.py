"""Jobs whose place is reached by S3 alone: a real client, and a server that speaks its language."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sample_jobs import Echo, Held, Raises

from queue_core import JobStatus
from queue_core.places.object_store import ObjectStore

from .conftest import HERE, Cluster

pytestmark = [
    pytest.mark.clusters, pytest.mark.filterwarnings("default"), pytest.mark.long_lived,
    pytest.mark.expects_log(),
]  # fmt: skip

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A bucket of a server on loopback, whose keys are in the environment alone."""
    server_module = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "word", "AWS_DEFAULT_REGION": "us-east-1",
        "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    name = f"jobs-{secrets.token_hex(4)}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)
    yield f"s3://{name}/mine"
    server.stop()


def test_jobs_run_with_nothing_but_a_bucket_between(
    bucket: str, cluster: Cluster, tmp_path: Path, until: Until
) -> None:
    cluster.folder.settings.write_text(
        f'[places.test]\nkind = "slurm"\nstorage = "{bucket}"\npython = "{sys.executable}"\n'
    )
    store = ObjectStore(bucket)
    with cluster.open() as queue:
        job_id = queue.put(
            Held(started=str(tmp_path / "1"), release=str(tmp_path / "release")), HERE
        )
        until((tmp_path / "1").exists)
        until(lambda: queue.get(job_id).progress == 50.0)
        failing = queue.put(Raises(), HERE)
        (tmp_path / "release").touch()
        assert queue.wait(job_id, 30).result == "let go"
        assert queue.wait(failing, 30).error_msg == "The column age is missing."
        ids = [queue.put(Echo(value=number), HERE) for number in range(8)]
        began_s = time.monotonic()
        assert [queue.wait(job_id, 60).result for job_id in ids] == list(range(8))
        print(f"8 short jobs after {time.monotonic() - began_s:.1f} s")
        held = queue.put(Held(started=str(tmp_path / "2"), release=str(tmp_path / "never")), HERE)
        until((tmp_path / "2").exists)
        began_s = time.monotonic()
        assert queue.cancel(held)
        assert queue.wait(held, 20).status is JobStatus.CANCELLED
        print(f"cancelled after {time.monotonic() - began_s:.1f} s")
        until(lambda: not [name for name in store.versions("jobs") if "/" in name])
    text = "".join(path.read_text() for path in cluster.state.glob("*.job"))
    assert "word" not in text.replace("password", "")


def test_a_file_is_made_once_on_s3(bucket: str) -> None:
    store = ObjectStore(bucket)
    assert store.write_once("a/begun.json", b"one")
    assert not store.write_once("a/begun.json", b"two")
    assert store.write_once("a/begun.json", b"one")
    assert store.read("a/begun.json") == b"one"
    assert store.read("a/outcome.json") is None
    first = store.versions("a")
    store.write("a/state.json", b"{}")
    assert set(store.versions("a")) - set(first) == {"state.json"}
    assert store.folders("") == ["a"]
    store.remove("a")
    assert store.versions("a") == {}
