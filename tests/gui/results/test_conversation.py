from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer, model_server
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.results import viewer_for
from gui.results.conversation_view import ConversationView, of_session
from gui.results.failed_exchange import FailedExchange
from gui.results.running import shows_while_running
from gui.widgets import TextLabel
from queue_core.errors import JobQueueError
from queue_core.jobs.generative_job import GenerativeJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus

Run = Callable[[Any], Any]
pytestmark = pytest.mark.long_lived


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def said(view: ConversationView) -> list[str]:
    return [label.text for label in view.findChildren(TextLabel, "words")]


def test_the_words_of_a_running_exchange_are_shown_as_they_come(
    bridge: Bridge, queue: HueyJobQueue, run: Run, qtbot: QtBot, server: ModelServer
) -> None:
    queue.start(1)
    params = {"base_url": server.address}
    job = GenerativeJob(generator="openai_server", prompt="tell me !hang now", params=params)
    job_id = run(bridge.submit(job))

    async def view_while_it_runs() -> ConversationView:
        while True:
            record: JobRecord = (await bridge.records([job_id]))[job_id]
            if shows_while_running(record) and server.requests:
                break
            await asyncio.sleep(0.02)
        view = viewer_for(record, bridge)
        assert isinstance(view, ConversationView)
        qtbot.addWidget(view)
        view.show()
        while not view.live_text.startswith("tell me"):
            await asyncio.sleep(0.02)
        assert view.is_following
        return view

    view = run(view_while_it_runs())
    assert said(view)[0] == "tell me !hang now"
    server.allow.set()

    async def ended() -> None:
        while view.is_following or view.is_loading:
            await asyncio.sleep(0.02)

    run(ended())
    record = run(bridge.call(queue.wait, job_id, 30))
    assert record.status is JobStatus.FINISHED, record.error_msg
    assert said(view)[-1] == record.result["response"]
    again = viewer_for(record, bridge)
    assert isinstance(again, ConversationView)
    qtbot.addWidget(again)

    async def loaded() -> None:
        while again.is_loading:
            await asyncio.sleep(0.01)

    run(loaded())
    assert said(again) == [job.kwargs["prompt"], record.result["response"]]

    again.show()
    QTest.keyClicks(again.reply.text, "and then?")
    QTest.keyClick(again.reply.text, Qt.Key.Key_Return)

    async def answered() -> None:
        while len(said(again)) < 4 or again.is_following or again.is_loading:
            await asyncio.sleep(0.02)

    run(answered())
    assert said(again)[2] == "and then?"
    assert said(again)[3] == run(bridge.call(queue.wait, queue.list()[0].id, 30)).result["response"]
    assert again.reply.text.toPlainText() == ""


def test_a_missing_model_says_what_to_do_and_takes_another_file(
    bridge: Bridge, queue: HueyJobQueue, run: Run, until: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    queue.start(1)
    job = GenerativeJob(generator="gguf_file", prompt="hello", model=str(tmp_path / "gone.gguf"))
    job_id = run(bridge.submit(job))
    record = run(bridge.call(queue.wait, job_id, 30))
    assert record.status is JobStatus.ERROR
    session_id = job.kwargs["session_id"]
    view = ConversationView(of_session(session_id), bridge)
    qtbot.addWidget(view)
    view.show()

    def failed() -> FailedExchange | None:
        found = view.findChildren(FailedExchange)
        return found[-1] if found else None

    async def tried_again() -> str:
        await until(lambda: (shown := failed()) is not None and shown.choose.isVisible())
        shown = failed()
        assert shown is not None
        assert any("path of a .gguf file" in t.text for t in shown.findChildren(TextLabel))
        shown.choose.click()
        dialog = view.window().findChild(QFileDialog)
        assert dialog is not None
        other = tmp_path / "other.gguf"
        other.write_bytes(b"no model either")
        dialog.fileSelected.emit(str(other))
        dialog.reject()
        await until(lambda: failed() is not None and failed() is not shown)
        await until(lambda: not view.is_loading)
        newest = (await bridge.call(of_session(session_id), bridge.folder))[-1]
        assert newest.job_id is not None
        await bridge.call(queue.wait, newest.job_id, 30)
        await until(lambda: (now := failed()) is not None and now.choose.isVisible())
        return str((await bridge.call(of_session(session_id), bridge.folder))[-1].error)

    assert "is no GGUF file" in run(tried_again())


def test_a_retry_that_cannot_be_put_is_said_and_can_be_asked_for_again(
    bridge: Bridge, queue: HueyJobQueue, run: Run, until: Any, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    queue.start(1)
    job = GenerativeJob(generator="gguf_file", prompt="hello", model=str(tmp_path / "gone.gguf"))
    run(bridge.call(queue.wait, run(bridge.submit(job)), 30))
    (exchange,) = run(bridge.call(of_session(job.kwargs["session_id"]), bridge.folder))
    view = FailedExchange(exchange, bridge)
    qtbot.addWidget(view)
    view.show()
    told: list[str] = []

    def refuse(*_: object) -> str:
        raise JobQueueError("The disk is full.")

    async def refused() -> None:
        await until(view.choose.isVisible)
        monkeypatch.setattr(bridge, "report", lambda error, what: told.append(f"{what}: {error}"))
        monkeypatch.setattr(queue, "retry", refuse)
        view._retry.click()
        assert not view._retry.isEnabled()  # once is enough
        await until(lambda: told)
        assert told == ["Submitting the job: The disk is full."]
        assert view._retry.isEnabled()

    run(refused())
