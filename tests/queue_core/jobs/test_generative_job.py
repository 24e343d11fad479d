from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from model_server import ModelServer, model_server

from queue_core.artifacts.reader import read_artifacts
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.session import close_database, open_session, read_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset, GenerativeProcess, GenerativeSession
from queue_core.errors import EntityNotFoundError, JobError, ParameterError
from queue_core.jobs.generative_job import GenerativeJob
from queue_core.library.datasets import describe_table
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext

_numbers = count(1)


class Recorder:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.warnings: list[str] = []
        self.fractions: list[float] = []

    def progress(self, fraction: float | None, message: str) -> None:
        if fraction is not None:
            self.fractions.append(fraction)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def output(self, text: str) -> None:
        self.said.append(text)

    def entity(self, kind: str, entity_id: int) -> None: ...


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[LocalFolder]:
    local = LocalFolder(tmp_path).create()
    yield local
    close_database(local)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def do(folder: LocalFolder, job: GenerativeJob) -> tuple[dict[str, Any], Recorder]:
    reporter = Recorder()
    job.bind(JobContext(job_id=f"job-{next(_numbers)}", folder=folder, reporter=reporter))
    job.set_status_as_delivered()
    try:
        result = job.run()
    except JobError:
        job.set_status_as_error()
        raise
    assert reporter.fractions == sorted(reporter.fractions)
    return result, reporter


def talk(folder: LocalFolder, server: ModelServer, prompt: str, **kwargs: Any) -> dict[str, Any]:
    params = {"base_url": server.address, **kwargs.pop("params", {})}
    job = GenerativeJob(generator="openai_server", prompt=prompt, params=params, **kwargs)
    return do(folder, job)[0]


def process(folder: LocalFolder, number: int) -> GenerativeProcess:
    with read_session(folder) as session:
        row = session.get(GenerativeProcess, number)
        assert row is not None
        session.expunge(row)
        return row


def test_an_exchange_is_streamed_and_kept(folder: LocalFolder, server: ModelServer) -> None:
    job = GenerativeJob(
        generator="openai_server", prompt="tell me of the sea", system_prompt="be brief",
        params={"base_url": server.address, "seed": 7},
    )  # fmt: skip
    result, reporter = do(folder, job)
    assert reporter.said == ["tell", " me", " of", " the", " sea"]
    assert result["response"] == "tell me of the sea"
    row = process(folder, result["id"])
    assert (row.status, row.response) == (EntityStatus.FINISHED, "tell me of the sea")
    assert (row.prompt_tokens, row.response_tokens, row.name) == (7, 5, "tell me of the sea")
    assert {"load_s", "first_token_s", "total_s"} <= set(row.timing)
    assert (row.provenance["seed"], row.provenance["model"]) == (7, "parrot")
    shown = read_artifacts(folder.artifacts / "generative_process" / str(result["id"]))
    assert [artifact.kind for artifact in shown] == ["text", "report"]
    with read_session(folder) as session:
        conversation = session.get(GenerativeSession, result["session_id"])
        assert conversation is not None
        assert conversation.system_prompt == "be brief"


def test_a_conversation_remembers(folder: LocalFolder, server: ModelServer) -> None:
    first = talk(folder, server, "I am Ann", system_prompt="be kind")
    second, _ = do(folder, GenerativeJob(session_id=first["session_id"], prompt="who am I"))
    assert second["session_id"] == first["session_id"]
    assert [m["content"] for m in server.requests[-1]["messages"]] == [
        "be kind", "I am Ann", "I am Ann", "who am I",
    ]  # fmt: skip
    assert process(folder, second["id"]).position == 1
    # What failed is no part of what was said.
    with pytest.raises(JobError):
        do(folder, GenerativeJob(session_id=first["session_id"], prompt="!500"))
    do(folder, GenerativeJob(session_id=first["session_id"], prompt="and now"))
    assert [m["role"] for m in server.requests[-1]["messages"]] == [
        "system", "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip


@pytest.mark.expects_log("Too long for the model")
def test_what_does_not_fit_is_forgotten_with_a_word(
    folder: LocalFolder, server: ModelServer
) -> None:
    small = {"context_tokens": 256, "max_tokens": 100}
    first = talk(folder, server, "word " * 60, params=small)
    job = GenerativeJob(session_id=first["session_id"], prompt="more " * 60)
    _, reporter = do(folder, job)
    assert reporter.warnings == ["Too long for the model, so it was not told the oldest exchange."]


def test_a_broken_answer_is_kept_as_far_as_it_came(
    folder: LocalFolder, server: ModelServer
) -> None:
    with pytest.raises(JobError, match="broke off"):
        talk(folder, server, "one two !cut")
    row = process(folder, 1)
    assert (row.status, row.response) == (EntityStatus.ERROR, "one two !cut")
    assert "broke off" in str(row.error)
    again, _ = do(folder, GenerativeJob(generative_process_id=1, prompt="one two three"))
    assert (again["id"], again["response"]) == (1, "one two three")


CANCELLED = """
import sys
from queue_core.jobs.generative_job import GenerativeJob
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext

class Reporter:
    def progress(self, fraction, message): ...
    def warning(self, text): ...
    def entity(self, kind, entity_id): ...
    def output(self, text):
        print(text, flush=True)

job = GenerativeJob(generator="openai_server", prompt="one two three !hang",
                    params={"base_url": sys.argv[2]})
job.bind(JobContext(job_id="hung", folder=LocalFolder.resolve(sys.argv[1]), reporter=Reporter()))
job.set_status_as_delivered()
job.run()
"""


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_a_cancelled_answer_stops_the_server_at_once(
    folder: LocalFolder, server: ModelServer
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CANCELLED, str(folder.root), server.address],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert [child.stdout.readline(), child.stdout.readline()] == ["one\n", " two\n"]
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert server.gone.wait(5)
    job = GenerativeJob(generative_process_id=1)
    job.bind(JobContext(job_id="hung", folder=folder))
    job.on_cancel()
    row = process(folder, 1)
    assert (row.status, row.error) == (EntityStatus.ERROR, "Cancelled.")


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"prompt": " "}, ParameterError, "prompt is empty"),
        ({"generator": "gpt"}, ParameterError, "no generator named"),
        ({"generator": None}, ParameterError, "No kind of model"),
        ({"params": {"temperature": 9}}, ParameterError, "at most 2"),
        ({"session_id": 5}, EntityNotFoundError, "5"),
        ({"dataset_id": 5}, EntityNotFoundError, "5"),
    ],
)
def test_mistakes_show_when_the_job_is_put(
    folder: LocalFolder, kwargs: dict[str, Any], error: type[Exception], words: str
) -> None:
    job = GenerativeJob(**{"generator": "openai_server", "prompt": "hello", **kwargs})
    job.bind(JobContext(job_id="x", folder=folder))
    with pytest.raises(error, match=words):
        job.set_status_as_delivered()


def load(folder: LocalFolder, frame: Any) -> int:
    with open_session(folder) as session:
        row = Dataset(name="words")
        session.add(row)
        session.flush()
        describe_table(row, write_dataset(folder.datasets / str(row.id), frame))
        row.status = EntityStatus.FINISHED
        row.finished_at = row.created_at
        return row.id


@pytest.mark.expects_log("has no answer")
def test_a_batch_makes_a_dataset(folder: LocalFolder, server: ModelServer) -> None:
    dataset = load(folder, pd.DataFrame({"w": ["eins", "!400", "drei"]}))
    result = talk(folder, server, "say {w}", dataset_id=dataset, column="said", system_prompt="ok")
    assert (result["rows"], result["failed_rows"]) == (3, 1)
    made = StoredDataset(folder.datasets / str(result["dataset_id"])).to_pandas()
    assert made["said"].fillna("-").to_list() == ["say eins", "-", "say drei"]
    with read_session(folder) as session:
        row = session.get(Dataset, result["dataset_id"])
        assert row is not None
        assert (row.name, row.status, row.derived_from_id) == (
            "words, said", EntityStatus.FINISHED, dataset,
        )  # fmt: skip
    exchange = process(folder, result["id"])
    assert exchange.result_dataset_id == result["dataset_id"]
    with pytest.raises(ParameterError, match="names the column “x”"):
        talk(folder, server, "say {x}", dataset_id=dataset)


def test_a_batch_that_broke_off_goes_on(folder: LocalFolder, server: ModelServer) -> None:
    dataset = load(folder, pd.DataFrame({"w": ["a", "b", "!500", "d"]}))
    with pytest.raises(JobError, match="out of memory"):
        talk(folder, server, "{w}", dataset_id=dataset)
    with read_session(folder) as session:
        assert session.query(Dataset).count() == 1
    write_dataset(folder.datasets / str(dataset), pd.DataFrame({"w": ["a", "b", "c", "d"]}))
    result, _ = do(folder, GenerativeJob(generative_process_id=1))
    assert (result["id"], result["reused_rows"], result["failed_rows"]) == (1, 2, 0)
    assert len(server.requests) == 5
    assert not list((folder.monitor / "batches").iterdir())
