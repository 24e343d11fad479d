"""Several jobs from one form: ticked models, listed values, one comparison at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui import i18n
from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.results.compare.window import ComparisonWindow
from gui.submit.component_list import ComponentList
from gui.submit.component_rows import ID_ROLE
from gui.submit.job_types import serves
from gui.submit.new_job_dialog import NewJobDialog
from gui.submit.number_editor import parse_numbers
from gui.submit.opening import open_new_job
from gui.submit.schema import Field, FieldKind, Several
from gui.submit.variants import Choice, most_of, variants_of
from queue_core.components.registry import ComponentKind, components
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus

Run = Callable[[Any], Any]
pytestmark = pytest.mark.long_lived


async def made(dialog: NewJobDialog) -> None:
    while dialog.is_busy or dialog.page is None or dialog.page.is_reading:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("text", "locale", "values"),
    [
        ("4, 8,16", "en", (4, 8, 16)),
        ("0,1; 0,2", "es", (0.1, 0.2)),
        ("0,1, 0,2", "es", (0.1, 0.2)),
        ("4, none, 4", "en", (4, None)),
        ("4, four", "en", None),
        ("4", "en", None),
        ("7, 7", "en", None),
    ],
)
def test_a_list_of_numbers_is_read_as_people_write_it(
    text: str, locale: str, values: tuple[float | None, ...] | None
) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(locale))
    try:
        found = parse_numbers(text, whole=False)
    finally:
        QLocale.setDefault(before)
    assert (None if found is None else found.values) == values


def test_names_say_what_differs_and_what_does_not_apply_makes_no_job() -> None:
    kernel = Field(name="kernel", title="Kernel", kind=FieldKind.TEXT)
    degree = Field(
        name="degree", title="Degree", kind=FieldKind.INTEGER, conditions=(("kernel", ("poly",)),)
    )
    params = {"kernel": Several(("rbf", "poly")), "degree": Several((2, 3))}
    choices = [
        Choice("SVC", "Support vectors", params, (kernel, degree)),
        Choice("Tree", "Tree", {}),
    ]
    assert most_of(choices) == 5
    found = variants_of(choices, name="", data="iris")
    assert [(job.name, job.params) for job in found] == [
        ("Support vectors on iris · kernel rbf", {"kernel": "rbf"}),
        ("Support vectors on iris · kernel poly, degree 2", {"kernel": "poly", "degree": 2}),
        ("Support vectors on iris · kernel poly, degree 3", {"kernel": "poly", "degree": 3}),
        ("Tree on iris", {}),
    ]
    assert variants_of(choices, name="mine", data="iris")[3].name == "mine · Tree"
    names = [job.name for job in variants_of(choices[:1], name="", data="x" * 300)]
    assert names[1].endswith("xx… · kernel poly, degree 2")
    assert len(set(names)) == 3
    assert max(map(len, names)) == 120


async def _form(bridge: Bridge, window: MainWindow, dataset_id: int) -> NewJobDialog:
    dialog = open_new_job(window, bridge, kind="ModelJob", entities={"dataset": dataset_id})
    await made(dialog)
    assert dialog.page is not None
    dialog.page.form.row("output_columns").editor.set_value(["species"])
    await made(dialog)
    return dialog


def _tick(dialog: NewJobDialog, component_id: str) -> None:
    shown = dialog.page.components
    rows = range(shown.view.model().rowCount())
    index = next(
        i for i in (shown.view.model().index(n, 0) for n in rows)
        if i.data(Qt.ItemDataRole.UserRole + 1) == component_id
    )  # fmt: skip
    shown.view.box_clicked.emit(index)


def test_one_tick_goes_with_the_choice_and_more_stay(
    window: MainWindow, bridge: Bridge, run: Run, penguins: int
) -> None:  # fmt: skip
    async def check() -> None:
        dialog = await _form(bridge, window, penguins)
        page = dialog.page
        page.choose_component("DummyClassifier")
        assert page.components.ticked_ids == ("DummyClassifier",)
        _tick(dialog, "GaussianNB")
        _tick(dialog, "LogisticRegression")
        page.choose_component("DummyClassifier")
        assert len(page.components.ticked_ids) == 3
        assert "3" in dialog.submit_button.text()
        for name in ("GaussianNB", "LogisticRegression", "DummyClassifier"):
            _tick(dialog, name)  # the last one stays, and is the one that is shown
        assert page.components.ticked_ids == ("DummyClassifier",) == (page.components.current_id,)
        dialog.reject()

    run(check())


def test_names_are_made_in_the_language_of_the_window() -> None:
    i18n.set_language("es")
    (job,) = variants_of([Choice("m", "Random forest classifier", {})], name="", data="penguins")
    assert job.name == "Clasificador de bosque aleatorio con penguins"


def test_the_space_key_ticks_more_and_a_tick_alone_is_what_is_chosen(
    window: MainWindow, bridge: Bridge, run: Run, until: Any, penguins: int
) -> None:  # fmt: skip
    async def check() -> None:
        dialog = await _form(bridge, window, penguins)
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        shown = dialog.page.components
        dialog.page.choose_component("DummyClassifier")
        shown.view.setFocus()
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Down):
            QTest.keyClick(shown.view, key)
        assert shown.ticked_ids == ("DummyClassifier",) != (shown.current_id,)
        dialog.page.form.go_to_first()
        assert shown.ticked_ids == (shown.current_id,)
        shown.view.setFocus()
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Space):
            QTest.keyClick(shown.view, key)
        assert len(shown.ticked_ids) == 2
        assert "2" in dialog.submit_button.text()
        shown.search.setText("ridge classifier")  # what is ticked stays in sight, behind it
        QTest.keyClick(shown.search, Qt.Key.Key_Down)
        QTest.keyClick(shown.view, Qt.Key.Key_Space)
        assert "RidgeClassifier" in shown.current_id
        assert len(shown.ticked_ids) == 3
        dialog.reject()

    run(check())


def test_what_was_used_last_stands_first_and_ticks_stay(
    window: MainWindow, bridge: Bridge, run: Run, penguins: int
) -> None:
    async def check() -> None:
        dialog = await _form(bridge, window, penguins)
        assert dialog.page is not None
        shown = dialog.page.components
        shown.choose("LogisticRegression")
        _tick(dialog, "GaussianNB")
        ticked = set(shown.ticked_ids)
        shown.set_recent(["GaussianNB", "SVC", "GaussianNB", "not there"])
        model = shown.view.model()
        ids = [model.index(row, 0).data(ID_ROLE) for row in range(3)]
        assert ids[:2] == ["GaussianNB", "SVC"]
        assert set(shown.ticked_ids) == ticked
        assert shown.current_id == "GaussianNB"
        shown.view.grab()
        dialog.reject()

    run(check())


def test_too_many_are_refused_before_any_is_put(
    window: MainWindow, bridge: Bridge, run: Run, queue: HueyJobQueue, penguins: int
) -> None:  # fmt: skip
    async def check() -> None:
        dialog = await _form(bridge, window, penguins)
        dialog.page.choose_component("RandomForestClassifier")
        many = Several(tuple(range(1, 100)))
        dialog.page.params.row("n_estimators").editor.set_value(many)
        dialog.submit_button.click()
        await made(dialog)
        assert dialog.isVisible()
        assert dialog.problem.isVisible()
        dialog.reject()

    run(check())
    assert queue.list() == []


def test_five_at_once_are_one_group_with_one_comparison(
    window: MainWindow, bridge: Bridge, run: Run, queue: HueyJobQueue, until: Any,
    penguins: int,
) -> None:  # fmt: skip
    async def check() -> None:
        dialog = await _form(bridge, window, penguins)
        dialog.page.choose_component("DummyClassifier")
        strategy = dialog.page.params.row("strategy").editor
        strategy.set_value(Several(("prior", "stratified")))
        dialog.submit_button.click()
        await until(lambda: len(queue.list()) == 2)
        queue.start(2)
        for job in queue.list():
            await bridge.call(queue.wait, job.id, 50)
        await until(lambda: any(len(t.findChildren(QPushButton)) for t in window.toasts.toasts))
        (toast,) = window.toasts.toasts
        toast.findChild(QPushButton).click()
        shown = window.findChild(ComparisonWindow)
        assert isinstance(shown, ComparisonWindow)
        await until(lambda: shown.view.model.rowCount() == 2 and not shown.view.is_loading)
        assert "strategy" in [column.key for column in shown.view.model.columns]
        shown.close()

    run(check())
    jobs = queue.list()
    assert {job.status for job in jobs} == {JobStatus.FINISHED}
    assert len({job.group_id for job in jobs}) == 1
    assert len({job.params["session_id"] for job in jobs}) == 1
    assert sorted(job.job_name for job in jobs) == [
        "Baseline classifier on penguins · strategy prior",
        "Baseline classifier on penguins · strategy stratified",
    ]


def test_a_search_unticks_nothing_and_shows_names_first(qtbot: QtBot) -> None:
    shown = ComponentList(takes_several=True)
    qtbot.addWidget(shown)
    models = components(ComponentKind.MODEL).values()
    shown.set_components([item for item in models if serves(item, "classification")])
    shown.choose("RandomForestClassifier")
    shown.search.setText("logistic")
    assert shown.ticked_ids == ("RandomForestClassifier",)
    model = shown.view.model()
    titles = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert titles[0] == "Logistic regression"
    assert titles[-1] == "Random forest classifier"  # it runs, so it is in sight
    shown.view.box_clicked.emit(model.index(0, 0))
    assert set(shown.ticked_ids) == {"LogisticRegression", "RandomForestClassifier"}
    shown.search.clear()
    assert set(shown.ticked_ids) == {"LogisticRegression", "RandomForestClassifier"}
