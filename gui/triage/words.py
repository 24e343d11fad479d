"""Groups of failures in words."""

from __future__ import annotations

from gui.format import format_moment, format_relative
from gui.i18n import mark, tr, tr_plural, translate
from gui.jobs.presentation import error_line
from gui.jobs.type_looks import type_word
from queue_core.queue.values import FailureGroup, FailureState

# Word and icon of each state; the icon's name is a colour's, too.
STATE_LOOKS = {
    FailureState.OPEN: (mark("Unsolved"), "error"),
    FailureState.SOLVED: (mark("Solved"), "finished"),
    FailureState.IGNORED: (mark("Ignored"), "cancelled"),
}


def state_word(state: FailureState) -> str:
    """Return what became of failures."""
    return translate(STATE_LOOKS[state][0])


def sentence(group: FailureGroup) -> str:
    """Return what the last failure of a group says, as one line."""
    return error_line(group.message) or tr("It ended without saying why.")


def whereabouts(group: FailureGroup) -> str:
    """Return where, in which jobs and when last, as one line."""
    parts = (place(group), type_word(group.task_type), seen(group))
    return " · ".join(part for part in parts if part)


def place(group: FailureGroup) -> str:
    """Return where in the user's code it happened."""
    function, _, file = group.place.rpartition(" in ")
    return tr("{place} in {function}", place=function, function=file) if function else group.place


def seen(group: FailureGroup) -> str:
    """Return when the group was seen last."""
    return "" if group.last_seen is None else format_relative(group.last_seen)


def facts(group: FailureGroup) -> tuple[tuple[str, str], ...]:
    """Return what is known of a group: titles and texts; empty texts are left out."""
    word = state_word(group.state)
    if group.state is FailureState.OPEN and group.open_count < group.count:
        word = tr("{open} of {total} are unsolved", open=group.open_count, total=group.count)
    last = format_moment(group.last_seen) if group.last_seen else ""
    first = format_moment(group.first_seen) if group.first_seen else ""
    found = (
        (tr("State"), word),
        (tr("Failures"), tr_plural("{count} time", "{count} times", group.count)),
        (tr("Last seen"), f"{last} · {seen(group)}" if last else ""),
        (tr("First seen"), first if group.count > 1 else ""),
        (tr("Error"), group.error_type),
        (tr("Where"), place(group)),
    )
    return tuple((title, text) for title, text in found if text)


def spoken(group: FailureGroup) -> str:
    """Return a group for a screen reader."""
    times = tr_plural("{count} time", "{count} times", group.count)
    return ". ".join((state_word(group.state), times, sentence(group), whereabouts(group)))
