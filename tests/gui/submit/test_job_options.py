from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, QTime
from sample_jobs import Echo

from gui.bridge import Bridge
from gui.submit.job_options import AFTER, LATER, REPEAT, JobOptionsPanel
from gui.submit.repeat_editor import BY_RULE, DAILY, HOURLY, WEEKLY, WORKDAYS
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import AfterPolicy, JobOptions


@pytest.fixture
def panel(bridge: Bridge, qtbot: Any) -> Iterator[JobOptionsPanel]:
    panel = JobOptionsPanel(bridge)
    qtbot.addWidget(panel)
    return panel


def test_what_nobody_touches_stays_as_the_settings_say(panel: JobOptionsPanel) -> None:
    assert panel.options() == JobOptions()
    assert panel.cron == ""


def test_limits_attempts_and_time_are_given(panel: JobOptionsPanel) -> None:
    panel.toggle.click()
    panel.priority.setValue(3)
    panel.attempts.setValue(5)
    panel.timeout.setValue(1.5)
    panel.memory.setValue(2.5)
    panel.keep.click()
    panel.when.setCurrentIndex(LATER)
    moment = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    panel.later.setDateTime(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())))
    assert panel.options() == JobOptions(
        priority=3, max_attempts=5, timeout_s=90.0, memory_limit_bytes=2_500_000_000,
        pinned=True, not_before=moment,
    )  # fmt: skip


def test_jobs_that_have_not_ended_can_be_waited_for(
    panel: JobOptionsPanel, queue: HueyJobQueue, run: Any, qtbot: Any, bridge: Bridge
) -> None:
    first, gone = queue.put(Echo(name="load")), queue.put(Echo(name="gone"))
    queue.cancel(gone)

    async def offered() -> None:
        panel.toggle.click()
        while not panel.after.count():
            await asyncio.sleep(0)

    run(offered())
    panel.when.setCurrentIndex(AFTER)
    assert [panel.after.itemText(i) for i in range(panel.after.count())] == ["load"]
    panel.policy.setCurrentIndex(1)
    options = panel.options()
    assert (options.after, options.after_policy) == ((first,), AfterPolicy.RUN_ANYWAY)


def test_a_repeating_job_has_its_times(panel: JobOptionsPanel) -> None:
    panel.when.setCurrentIndex(REPEAT)
    repeat = panel.repeat
    repeat.time.setTime(QTime(18, 30))
    rules = {}
    for rhythm in (HOURLY, DAILY, WORKDAYS, WEEKLY, BY_RULE):
        repeat.rhythm.setCurrentIndex(rhythm)
        repeat.weekday.setCurrentIndex(6)
        repeat.rule.setText(" */5 * * * * ")
        rules[rhythm] = panel.cron
    assert rules == {
        HOURLY: "30 * * * *", DAILY: "30 18 * * *", WORKDAYS: "30 18 * * 1-5",
        WEEKLY: "30 18 * * 0", BY_RULE: "*/5 * * * *",
    }  # fmt: skip
    assert repeat._next.text().startswith("Next run: ")
    repeat.rule.setText("soon")
    assert repeat._next.text() == ""


def test_a_job_is_sent_to_a_place_of_the_settings(
    panel: JobOptionsPanel, queue: HueyJobQueue, run: Any
) -> None:
    queue.folder.settings.write_text('[places.main]\nkind = "slurm"\nstorage = "/shared"\n')

    async def offered() -> None:
        panel.toggle.click()
        while panel.run_on.place.count() < 2:
            await asyncio.sleep(0)

    assert panel.run_on.isHidden()
    run(offered())
    assert not panel.run_on.isHidden()
    assert panel.run_on.cores.isHidden()
    assert panel.options() == JobOptions()
    panel.run_on.place.setCurrentIndex(1)
    assert not panel.run_on.cores.isHidden()
    panel.run_on.cores.setValue(8)
    panel.run_on.memory.setValue(2)
    assert panel.options() == JobOptions(
        place="slurm:main", cores=8, asked_memory_bytes=2_000_000_000
    )


def test_a_place_is_offered_first_for_the_kinds_of_jobs_that_the_settings_name(
    panel: JobOptionsPanel, queue: HueyJobQueue, run: Any
) -> None:
    queue.folder.settings.write_text(
        '[places.main]\nkind = "slurm"\nstorage = "/shared"\ndefault_for = ["python"]\n'
    )

    async def offered() -> None:
        panel.show_kind("PythonJob")
        while panel.run_on.place.count() < 2:
            await asyncio.sleep(0)

    run(offered())
    assert panel.options() == JobOptions(place="slurm:main", cores=1)
    assert panel.toggle.text() == "Options · runs on slurm:main"  # also while it is folded
    panel.show_kind("ModelJob")
    assert panel.options() == JobOptions()
    assert panel.toggle.text() == "Options"
    panel.run_on.place.activated.emit(0)
    panel.show_kind("PythonJob")  # somebody has chosen this computer
    assert panel.options() == JobOptions()


def test_a_repeating_job_is_offered_no_place_which_a_schedule_does_not_keep(
    panel: JobOptionsPanel, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    queue.folder.settings.write_text(
        '[places.main]\nkind = "slurm"\nstorage = "/shared"\ndefault_for = ["python"]\n'
    )
    panel.when.setCurrentIndex(REPEAT)  # before it is known what there is
    panel.show_kind("PythonJob")
    run(until(lambda: panel.run_on.place.count() == 2))
    run(until(lambda: panel.run_on.place.currentIndex() == 1))
    offered = (panel.run_on, panel.run_on_label)
    assert [widget.isHidden() for widget in offered] == [True, True]
    assert panel.toggle.text() == "Options"
    panel.when.setCurrentIndex(LATER)
    assert [widget.isHidden() for widget in offered] == [False, False]
    assert panel.toggle.text() == "Options · runs on slurm:main"
    panel.when.setCurrentIndex(REPEAT)
    assert [widget.isHidden() for widget in offered] == [True, True]
    assert panel.toggle.text() == "Options"
