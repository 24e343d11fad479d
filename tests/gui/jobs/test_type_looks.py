"""One catalogue in the core, one table of looks in the window: neither lacks what the other has.

That their texts are there in Spanish is held with those of all others, in `test_i18n`.
"""

from __future__ import annotations

from importlib.resources import files

import pytest

from gui.jobs.type_looks import LOOKS, OTHER_LOOK, TASK_TYPES, look_of, type_icon, type_word
from gui.submit.job_types import JOB_TYPES
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.jobs.job_type import JobType

pytestmark = pytest.mark.gui


def test_every_built_in_type_has_a_look_and_no_look_is_left_over() -> None:
    assert list(LOOKS) == list(BUILT_IN)
    assert [kind.name for kind in JOB_TYPES] == list(BUILT_IN)


@pytest.mark.parametrize("kind", BUILT_IN.values(), ids=list(BUILT_IN))
def test_a_type_is_shown_whole(kind: JobType) -> None:
    look = look_of(kind.task_type)
    assert look is LOOKS[kind.name]
    assert (files("resources") / "icons" / f"{look.icon}.svg").is_file()
    assert (type_icon(kind.task_type), type_word(kind.task_type)) == (look.icon, kind.noun)
    formats = {str(item.get("format")) for item in (kind.parameters or {})["properties"].values()}
    assert {*look.starts_from, look.begins_with} - {""} <= formats


@pytest.mark.parametrize("kind", BUILT_IN.values(), ids=list(BUILT_IN))
def test_a_type_is_called_the_same_everywhere(kind: JobType) -> None:
    module, class_name = kind.factory.split(":")
    job_class = kind.load()
    assert (job_class.__module__, job_class.__name__) == (module, class_name)
    assert class_name == kind.task_type in TASK_TYPES
    request_module, request_name = kind.request.split(":")
    assert request_name == class_name.removesuffix("Job") + "Request"
    assert request_module.rpartition(".")[2] == kind.name.replace("-", "_")
    assert kind.parameters == job_class.PARAMETERS
    assert kind.description.endswith(".")


def test_names_are_used_once() -> None:
    for names in (
        [kind.title for kind in BUILT_IN.values()],
        [kind.noun for kind in BUILT_IN.values()],
        [kind.task_type for kind in BUILT_IN.values()],
    ):
        assert len(set(names)) == len(names)


def test_a_type_of_another_package_looks_like_any_job() -> None:
    assert look_of("WordCountJob") is OTHER_LOOK
    assert (type_icon("WordCountJob"), type_word("WordCountJob")) == ("job", "Word Count")
    assert (files("resources") / "icons" / f"{OTHER_LOOK.icon}.svg").is_file()
