"""A model's page: how good, compared with guessing, where it errs, and one button to explain it."""

from __future__ import annotations

from typing import Any

import model_data
import pytest
from job_bench import add_dataset
from job_bench import run as run_job
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from gui.bridge import Bridge
from gui.results.explanations import Explanations
from gui.results.loading import LoadingView
from gui.results.model_facts import score_of
from gui.results.model_report import ModelReport
from queue_core.jobs.model_job import ModelJob
from queue_core.library.entities import MetricRecord
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue


def measured(**splits: float) -> list[MetricRecord]:
    return [
        MetricRecord(id=n, name="accuracy", split=split, fold=None, step=None, value=value)
        for n, (split, value) in enumerate(splits.items())
    ]


@pytest.mark.parametrize(
    ("splits", "said", "is_poor"),
    [
        ({"test": 0.9, "baseline": 0.5, "train": 0.92}, "nearly as good", False),
        ({"test": 0.5, "baseline": 0.5, "train": 0.9}, "no better than guessing", True),
        ({"test": 0.7, "baseline": 0.5, "train": 1.0}, "by heart", True),
        ({"test": 0.9, "train": 0.92}, "", False),
    ],
)
def test_what_is_said_of_a_score(splits: dict[str, float], said: str, is_poor: bool) -> None:
    score = score_of(measured(**splits), {}, {"accuracy": True})
    assert score is not None
    assert said in score.verdict
    assert score.is_poor is is_poor
    turned = {name: -value for name, value in splits.items()}
    less = score_of(measured(**turned), {}, {"accuracy": False})
    assert less is not None
    assert less.verdict == score.verdict


@pytest.mark.expects_log
def test_a_report_tells_and_one_button_explains(
    bridge: Bridge, queue: HueyJobQueue, local_folder: LocalFolder, run: Any, until: Any,
    qtbot: QtBot,
) -> None:  # fmt: skip
    asked = {"output_columns": ["target"], "model": "GaussianNB"}
    dataset = add_dataset(local_folder, model_data.iris(), "flowers")
    made, _ = run_job(ModelJob(dataset_id=dataset, **asked), local_folder)
    report = ModelReport(made["id"], bridge)
    qtbot.addWidget(report)
    report.resize(380, 900)
    report.show()

    def explain() -> QPushButton | None:
        buttons = (b for b in report.findChildren(QPushButton) if b.text() == "Explain the model")
        return next(buttons, None)

    async def explained() -> None:
        await until(explain)
        button = explain()
        assert button is not None
        button.click()
        await until(lambda: explain() is None)
        await until(lambda: not any(v.is_loading for v in report.findChildren(LoadingView)))

    run(explained())
    (job,) = queue.list()
    assert job.task_type == "ExplainerJob"
    assert job.params["run_id"] == made["id"]
    texts = {label.text() for label in report.findChildren(QLabel)}
    assert {"How good it is", "Where it errs", "What drives it", "More"} <= texts
    assert max(w.width() for w in report.findChildren(QWidget) if w.isVisible()) <= 380

    gone = Explanations(made["id"], "classification", bridge)
    gone._explain("shap_summary")
    delete(gone)  # the order is carried out, and nothing is said of a view that is gone
    run(until(lambda: len(queue.list()) == 2))
