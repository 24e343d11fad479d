from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.submit.job_options import REPEAT
from gui.submit.job_types import JOB_TYPES, load_form
from gui.submit.new_job_dialog import NewJobDialog
from gui.submit.presets import forget_preset, keep_preset, presets_of
from gui.submit.repeat_editor import BY_RULE, DAILY
from gui.widgets import TextLabel
from queue_core.database.session import open_session
from queue_core.database.tables import ModelSession
from queue_core.errors import DataError
from queue_core.jobs.explorer_job import ExplorerJob
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus

Run = Callable[[Any], Any]
pytestmark = pytest.mark.long_lived


async def made(dialog: NewJobDialog) -> None:
    while dialog.is_busy or dialog.page is None or dialog.page.is_reading:
        await asyncio.sleep(0.01)


@pytest.fixture
def show(qtbot: QtBot, bridge: Bridge, run: Run) -> Callable[..., NewJobDialog]:
    def show(**options: Any) -> NewJobDialog:
        dialog = NewJobDialog(bridge, **options)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.show()
        run(made(dialog))
        return dialog

    return show


@pytest.mark.parametrize("name", [kind.task_type for kind in JOB_TYPES[1:]])
def test_every_kind_of_job_has_a_form_that_is_valid_json_again(
    show: Callable[..., NewJobDialog], name: str
) -> None:
    dialog = show(kind=name)
    assert dialog.page is not None
    form = load_form(dialog.page.kind)
    values = dialog.page.values()
    known = form.parameters["properties"]
    assert set(values) <= set(known)
    if form.component_field:
        assert values[form.component_field] in {item.id for item in form.components}


def test_a_job_is_submitted_and_runs(
    show: Callable[..., NewJobDialog], penguins: int, queue: HueyJobQueue, bridge: Bridge,
    run: Run, qtbot: QtBot,
) -> None:  # fmt: skip
    queue.start(1)
    dialog = show(kind="ExplorerJob", entities={"dataset": penguins})
    page = dialog.page
    assert page is not None
    assert page.choose_component("describe")
    page.form.set_values({"columns": ["species", "year"]})
    ids: list[str] = []
    dialog.submitted.connect(ids.append)
    dialog.submit_button.click()

    async def ended() -> Any:
        while not ids:
            await asyncio.sleep(0.01)
        return await bridge.call(queue.wait, ids[0], 60)

    record = run(ended())
    assert record.status is JobStatus.FINISHED, record.error_msg
    assert record.params["columns"] == ["species", "year"]
    assert not dialog.isVisible()


def test_a_job_waits_or_repeats_as_its_options_say(
    show: Callable[..., NewJobDialog], penguins: int, queue: HueyJobQueue, run: Run
) -> None:
    async def closed(dialog: NewJobDialog) -> None:
        while dialog.isVisible():
            await asyncio.sleep(0.01)

    for repeats in (False, True):
        dialog = show(kind="ExplorerJob", entities={"dataset": penguins})
        assert dialog.page is not None
        dialog.page.choose_component("describe")
        dialog.options.toggle.click()
        dialog.options.priority.setValue(4)
        if repeats:
            dialog.options.when.setCurrentIndex(REPEAT)
            dialog.options.repeat.rhythm.setCurrentIndex(BY_RULE)
            dialog.options.repeat.rule.setText(" ")  # no rule is none: it is not run once instead
            dialog.submit_button.click()
            run(made(dialog))
            assert dialog.problem.isVisible()
            dialog.options.repeat.rhythm.setCurrentIndex(DAILY)
        dialog.submit_button.click()
        run(closed(dialog))
    (record,) = queue.list()
    assert record.priority == 4
    (schedule,) = queue.schedules()
    assert (schedule.cron, schedule.task_type) == ("0 3 * * *", "ExplorerJob")


@pytest.mark.parametrize("kind", ["ExplorerJob", "ModelJob"])
def test_the_newest_dataset_is_chosen_until_another_start_is(
    show: Callable[..., NewJobDialog], penguins: int, kind: str
) -> None:
    page = show(kind=kind).page
    assert page is not None
    assert page.form.values()["dataset_id"] == penguins
    if kind == "ExplorerJob":
        page.form.row("notebook_id").editor.set_value(7)
        assert page.form.values()["dataset_id"] is None
        page.form.row("dataset_id").editor.set_value(penguins)
        page.form.row("notebook_id").editor.set_value(8)
        assert page.form.values()["dataset_id"] == penguins  # it was chosen on purpose


def test_a_start_that_is_given_is_the_only_one(
    show: Callable[..., NewJobDialog], penguins: int
) -> None:
    page = show(kind="ExplorerJob", entities={"notebook": 7}).page
    assert page is not None
    assert page.form.values()["dataset_id"] is None
    assert page.form.values()["notebook_id"] == 7


def test_a_model_can_answer_what_a_session_asked(
    show: Callable[..., NewJobDialog], penguins: int, bridge: Bridge
) -> None:
    with open_session(bridge.folder) as session:
        asked = ModelSession(
            name="weights", dataset_id=penguins, task="regression",
            output_columns=["body_mass_g"], seed=7,
        )  # fmt: skip
        session.add(asked)
    page = show(kind="ModelJob", entities={"session": asked.id}).page
    assert page is not None
    values = page.values()
    assert (values["session_id"], values["dataset_id"]) == (asked.id, None)
    assert not {"task", "output_columns", "split", "metrics", "seed"} & set(values)
    assert page.form.row("session_id").widget.isVisibleTo(page.form)  # its fold is open
    assert page.choose_component("LinearRegression")  # models that fit its task are offered
    assert not page.choose_component("RandomForestClassifier")


def test_columns_are_those_of_the_chosen_dataset(
    show: Callable[..., NewJobDialog], penguins: int
) -> None:
    dialog = show(kind="ModelJob", entities={"dataset": penguins})
    assert dialog.page is not None
    editor = dialog.page.form.row("output_columns").editor
    labels = [editor.one.itemText(n) for n in range(editor.one.count())]
    assert labels[:2] == ["Not set", "species  ·  category"]
    assert len(labels) == 9


def test_the_rest_of_a_training_follows_from_its_target(
    show: Callable[..., NewJobDialog], penguins: int
) -> None:
    dialog = show(kind="ModelJob", entities={"dataset": penguins})
    page = dialog.page
    assert page is not None
    form = page.form
    form.row("output_columns").editor.set_value(["body_mass_g"])
    assert form.values()["task"] == "regression"
    assert page.components.current_id == "RandomForestRegressor"
    features = form.row("input_columns").editor
    assert "body_mass_g" not in [item.text().split()[0] for item in features._items()]
    assert features._count.text() == "All other 7 columns"
    assert dialog.summary.text == "344 rows · body_mass_g from 7 columns · 25 % test"
    form.row("output_columns").editor.set_value(["species"])
    assert form.values()["task"] == "classification"
    assert page.components.current_id == "RandomForestClassifier"


def test_a_task_that_was_chosen_stays(show: Callable[..., NewJobDialog], penguins: int) -> None:
    page = show(kind="ModelJob", entities={"dataset": penguins}).page
    assert page is not None
    page.form.row("task").editor.set_value("clustering")
    page.form.row("output_columns").editor.set_value(["species"])
    assert page.form.values()["task"] == "clustering"


def test_a_field_has_the_term_of_the_trade_and_the_name_that_code_uses(
    show: Callable[..., NewJobDialog], penguins: int
) -> None:
    page = show(kind="ModelJob", entities={"dataset": penguins}).page
    assert page is not None
    shown = {label.text() for label in page.findChildren(QLabel)}
    shown |= {label.text for label in page.findChildren(TextLabel)}
    assert {"Target", "Features", "Test size", "test_size", "max_depth"} <= shown


def test_components_fit_the_task(show: Callable[..., NewJobDialog], penguins: int) -> None:
    dialog = show(kind="ModelJob", entities={"dataset": penguins})
    page = dialog.page
    assert page is not None
    assert not page.choose_component("LinearRegression")
    page.form.set_values({"task": "regression"})
    assert page.choose_component("LinearRegression")


def test_what_the_queue_refuses_stands_beside_the_field(
    show: Callable[..., NewJobDialog], run: Run
) -> None:
    dialog = show(kind="ExplorerJob")
    dialog.submit_button.click()
    run(made(dialog))
    assert dialog.isVisible()
    page = dialog.page
    assert page is not None
    beside = [row for row in (page.form.row(f.name) for f in page.form.fields)
              if row.editor.property("invalid")]  # fmt: skip
    assert beside or dialog.problem.isVisible()


def test_retrying_with_changes_marks_what_differs(
    show: Callable[..., NewJobDialog], penguins: int, queue: HueyJobQueue, bridge: Bridge, run: Run
) -> None:
    queue.start(1)
    job_id = queue.put(ExplorerJob(dataset_id=penguins, explorer="describe", columns=["nonsense"]))
    failed = run(bridge.call(queue.wait, job_id, 60))
    assert failed.status is JobStatus.ERROR
    dialog = show(retry_of=failed)
    page = dialog.page
    assert page is not None
    assert page.form.changes() == {}
    # The failure names the column: the field that holds it stands out until it is another one.
    outlined = [
        f.name for f in page.form.fields if page.form.row(f.name).editor.property("invalid")
    ]
    assert outlined == ["columns"]
    page.form.set_values({"columns": ["year"]})
    assert not page.form.row("columns").editor.property("invalid")
    assert page.form.row("columns").is_changed
    ids: list[str] = []
    dialog.submitted.connect(ids.append)
    dialog.submit_button.click()

    async def ended() -> Any:
        while not ids:
            await asyncio.sleep(0.01)
        return await bridge.call(queue.wait, ids[0], 60)

    record = run(ended())
    assert record.status is JobStatus.FINISHED, record.error_msg
    assert record.retry_of == failed.id
    assert record.params["columns"] == ["year"]


def test_a_form_is_filled_in_as_last_time_and_copied_as_code(
    show: Callable[..., NewJobDialog], penguins: int, queue: HueyJobQueue, run: Run,
    local_folder: LocalFolder,
) -> None:  # fmt: skip
    chosen = {"columns": ["species", "year"]}
    queue.put(ExplorerJob(dataset_id=penguins, explorer="describe", name="mine", **chosen))
    dialog = show(kind="ExplorerJob", entities={"dataset": penguins})
    assert dialog.page is not None
    assert not dialog.page.form.values().get("columns")
    kind, values = dialog.page.kind, dialog.page.values()
    keep_preset(local_folder, kind.task_type, "usual", {**values, "name": "not kept"})
    presets = presets_of(local_folder, kind.task_type)
    assert "name" not in presets["usual"]
    menu = dialog.fill_menu.menu_of(kind, values, list(queue.list()), presets)
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "Same as last time: mine", "usual", "Keep as a preset…", "Forget a preset",
    ]  # fmt: skip
    menu.actions()[0].trigger()
    run(made(dialog))
    assert dialog.page.values()["columns"] == ["species", "year"]
    assert dialog.page.choose_component("describe")
    code = dialog.copy_menu.menu_of(kind, dialog.page.values())
    code.actions()[0].trigger()
    copied = QApplication.clipboard().text()
    assert copied.startswith(f"dashai-monitor submit explorer -p dataset_id={penguins} ")
    assert """-p 'columns=["species", "year"]'""" in copied


def test_presets_that_cannot_be_read_are_not_written_over(local_folder: LocalFolder) -> None:
    odd = {"path": "\udce9.csv"}
    keep_preset(local_folder, "DatasetJob", "usual", odd)
    assert presets_of(local_folder, "DatasetJob") == {"usual": odd}
    file = local_folder.monitor / "presets.json"
    no_values = '{"DatasetJob": {"usual": ["a"]}}'
    for damaged in (file.read_text()[:-3], "[" * 100_000, '["usual"]', no_values):
        file.write_text(damaged)
        assert presets_of(local_folder, "DatasetJob") == {}
        with pytest.raises(DataError, match="cannot be read"):
            keep_preset(local_folder, "DatasetJob", "second", {})
        with pytest.raises(DataError, match="cannot be read"):
            forget_preset(local_folder, "DatasetJob", "second")
        assert file.read_text() == damaged


def test_columns_are_offered_with_how_their_values_lie(
    show: Callable[..., NewJobDialog], penguins: int
) -> None:
    page = show(kind="ExplorerJob", entities={"dataset": penguins}).page
    assert page is not None
    options = {option.value: option for option in page._data.columns}
    assert options["sex"].label.endswith("3 % missing")
    shape = options["species"].shape
    assert shape is not None
    assert shape.shares == pytest.approx((152 / 344, 124 / 344, 68 / 344))
    numbers = options["bill_length_mm"].shape
    assert numbers is not None
    assert 0 < numbers.quartiles[0] < numbers.quartiles[1] < numbers.quartiles[2] < 1
    assert page.form.row("columns").editor.grab().width() > 0
