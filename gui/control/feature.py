"""Connects the steering of the queue to the window: commands, bars, the state of the queue."""

from __future__ import annotations

from functools import partial

from gui.actions import tooltip
from gui.bridge import Bridge
from gui.control.actions import ACTIONS, QUEUE, REPORT, TOGGLE_QUEUE
from gui.control.bars import Bar
from gui.control.commands import ControlCommands
from gui.control.forecasts import ForecastWatch
from gui.control.interruptions import InterruptionBar
from gui.control.pause_all import PauseAll
from gui.control.queue_page import QueuePage
from gui.control.queue_watch import QueueState, QueueWatch
from gui.control.schedules_row import SchedulesRow
from gui.going import go_to_job
from gui.i18n import tr
from gui.jobs.expectations import set_expectations
from gui.main_window import MainWindow
from gui.plain_text import as_typed
from gui.theme import icon
from gui.widgets import icon_button, text_button
from queue_core.queue.estimates import Forecast
from queue_core.queue.job_record import JobStatus


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the commands and the bars."""
    window.action_set.add(ACTIONS)
    watch = QueueWatch(bridge, window)
    commands = ControlCommands(window, bridge, watch)
    window.toolbar.add_command(window.action_set.qaction(TOGGLE_QUEUE.id))
    _add_state_bars(window, bridge, watch, commands)
    _add_interruptions(window, bridge)
    _add_report_button(window)
    _add_queue(window, bridge, commands)
    SchedulesRow(window, bridge)
    window.action_set.update(window.action_set.selection)


def _add_state_bars(
    window: MainWindow, bridge: Bridge, watch: QueueWatch, commands: ControlCommands
) -> None:
    resume = text_button(tr("Resume queue"), commands.toggle_queue, icon_name="started")
    pause_all = PauseAll(bridge, window)
    paused = Bar("note", "paused", pause_all.button, resume)
    problem = Bar("warning", "warning")
    notices = Bar("warning", "warning", icon_button("close", tr("Dismiss"), lambda: dismiss()))
    dismissed: set[str] = set()

    def dismiss() -> None:
        dismissed.update(watch.state.notices)
        notices.show_text("")

    def show(state: QueueState) -> None:
        problem.show_text(state.problem or "")
        notices.show_text("\n".join(n for n in state.notices if n not in dismissed))
        pause_all.follow(is_queue_paused=state.is_paused)
        paused.show_text(pause_all.sentence if state.is_paused else "")
        _show_toggle(window, is_paused=state.is_paused)
        window.reasons.refresh()

    for bar in (problem, notices, paused):
        window.add_bar(bar)
    watch.changed.connect(show)
    pause_all.changed.connect(lambda: show(watch.state))
    show(watch.state)


def _show_toggle(window: MainWindow, *, is_paused: bool) -> None:
    action = window.action_set.qaction(TOGGLE_QUEUE.id)
    action.setText(tr("Resume queue") if is_paused else tr("Pause queue"))
    action.setIcon(icon("started" if is_paused else "paused"))
    sentence = tr("Start waiting jobs again.") if is_paused else tooltip(TOGGLE_QUEUE)
    action.setToolTip(as_typed(sentence))
    # While the queue is paused, the line that says so has the one button.
    window.toolbar.show_command(action, shown=not is_paused)


def _add_queue(window: MainWindow, bridge: Bridge, commands: ControlCommands) -> None:
    """Add the page of the waiting jobs; say when jobs end there, in rows, and at the bottom."""
    page = QueuePage(bridge)
    window.add_page(
        page, QUEUE, hint=tr("Find by name…"), search=page.look_for, enter=page.list.setFocus
    )
    page.job_wanted.connect(partial(go_to_job, window))
    page.priority_wanted.connect(commands.ask_priority)
    page.cancel_wanted.connect(window.commands.cancel)

    def show(found: Forecast) -> None:
        set_expectations(found.running)
        page.show_forecast(found)
        window.status_bar.set_expected(found.all_s)
        window.table.viewport().update()

    set_expectations({})
    ForecastWatch(bridge, window).changed.connect(show)


def _add_interruptions(window: MainWindow, bridge: Bridge) -> None:
    interruptions = InterruptionBar(bridge, window.state, window)
    show = partial(window.filter.choose_status, JobStatus.KILLED, add=False)
    interruptions.show_wanted.connect(lambda: None if _shows_killed(window) else show())
    interruptions.jobs_put.connect(window.select_jobs)
    window.add_bar(interruptions.bar)


def _add_report_button(window: MainWindow) -> None:
    """Offer the crash report beside the traceback, where one looks for it."""
    action = window.action_set.qaction(REPORT.id)
    button = text_button(action.text(), action.trigger, icon_name=REPORT.icon)
    button.setToolTip(as_typed(action.toolTip()))
    action.changed.connect(lambda: button.setVisible(action.isEnabled()))
    window.details.error_page.add_tool(button)


def _shows_killed(window: MainWindow) -> bool:
    """Return whether these jobs are what is shown: choosing them once more would show all."""
    return window.filter.where.statuses == frozenset({JobStatus.KILLED})
