"""What a child sends that is not its to send ends its own job and no other."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from runner_checks import Bench, Heard, started

from queue_core.runner.outcome import EndReason

pytestmark = pytest.mark.sweep

Until = Callable[[Callable[[], bool]], None]
SEND = "send = job.context.reporter._channel._connection.send_bytes\n"
ENVELOPE = (
    "import json, os\nc = job.context.reporter._channel\n"
    "def forge(kind, fields, order=c._order_id, pid=os.getpid()):\n"
    "    c._connection.send_bytes(json.dumps([kind, order, pid, fields]).encode())\n"
)


class TestOutOfStep:
    """What a job sends that is not its to send ends that job, tree and all, and no other."""

    @pytest.mark.parametrize(
        "code",
        [
            SEND + "send(b'garbage')",
            SEND + "send(b'')",
            SEND + "send(b'[' * 100000)",
            "import os; os.write(job.context.reporter._channel.descriptor, b'\\xff' * 3000)",
            "import os; os.write(job.context.reporter._channel.descriptor, b'\\x7f' * 4)",
            SEND + "import json\nsend(json.dumps(['Finished', {'result': None}]).encode())",
            ENVELOPE + "forge('Progress', {'fraction': 'x', 'message': 'a'})",
            ENVELOPE + "forge('Progress', {'fraction': float('nan'), 'message': 'a'})",
            ENVELOPE + "forge('Finished', {'result': {'a': 1}, 'reusable': True, 'modules': {}})",
            ENVELOPE + "forge('Warned', {'text': 'a'}, order='another')",
            ENVELOPE + "forge('Warned', {'text': 'a'}, pid=1)",
            ENVELOPE + "forge('Ready', {})",
            ENVELOPE + "forge('Ended', {'leaves_processes': False})",
        ],
    )
    def test_it_ends_that_job_alone(self, runner: Bench, code: str) -> None:
        late = runner.folder.root / "late"
        order = runner.order(
            f"{code}\nimport time, pathlib; time.sleep(60); pathlib.Path({str(late)!r}).touch()"
        )
        began = time.monotonic()
        outcome = runner.run_order(order)
        assert time.monotonic() - began < 20
        assert outcome.reason is EndReason.OUT_OF_STEP
        assert outcome.error is not None
        assert "must not say" in outcome.error.message
        assert outcome.error.hint
        assert not late.exists()
        assert runner.run("result = 'next'").result_json == '"next"'

    def test_a_second_answer(self, runner: Bench) -> None:
        outcome = runner.run(
            ENVELOPE + "forge('Finished', {'result': '1', 'reusable': False, 'modules': {}})\n"
            "forge('Finished', {'result': '2', 'reusable': False, 'modules': {}})"
        )
        # As soon as the first one is seen alone, it counts, and the process ends.
        assert outcome.reason in (EndReason.OUT_OF_STEP, EndReason.FINISHED)
        assert outcome.result_json in (None, "1")
        assert runner.run("result = 'next'").result_json == '"next"'

    def test_half_a_message_keeps_nobody_from_ending_it(self, runner: Bench, until: Until) -> None:
        code = (
            "import os, time\n"
            "os.write(job.context.reporter._channel.descriptor, b'\\0\\0\\x10\\0abc')\n"
            "time.sleep(600)"
        )
        background, job_id, _ = started(runner, code, until)
        assert runner.supervisor.end(job_id, EndReason.CANCELLED)
        assert background.wait().reason is EndReason.CANCELLED

    def test_a_closed_connection(self, runner: Bench) -> None:
        code = (
            "import os, time; os.close(job.context.reporter._channel.descriptor); time.sleep(600)"
        )
        outcome = runner.run(code)
        assert outcome.reason is EndReason.OUT_OF_STEP or outcome.exit_signal == "SIGKILL"
        assert runner.run("result = 'next'").result_json == '"next"'

    def test_any_value_can_be_reported(self, runner: Bench) -> None:
        code = (
            "r = job.context.reporter\n"
            "class Bad:\n    def __str__(self): raise RuntimeError\n"
            "values = [5, None, 'x' * 10**6, '\\udcff', Bad(), ValueError(), float('nan'), '1']\n"
            "for value in values:\n"
            "    r.progress(value, value); r.warning(value)\n"
            "result = 'done'"
        )
        assert runner.run(code).result_json == '"done"'
        assert len(runner.heard.warnings) == 8
        for text in runner.heard.warnings:
            text.encode()
            assert len(text) <= 10_000 + len("… (990,000 more characters)")

    def test_a_listener_that_raises_ends_nothing(
        self, runner: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Raises(Heard):
            def progress(self, fraction: float | None, message: str) -> None:
                raise RuntimeError(message)

        runner.heard = Raises()
        with caplog.at_level("CRITICAL", logger="queue_core"):
            outcome = runner.run("job.report_progress(0.5, 'x'); result = 1")
        assert outcome.result_json == "1"
