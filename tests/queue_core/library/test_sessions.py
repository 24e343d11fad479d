"""What a session asks survives its row, whatever was said of it."""

from __future__ import annotations

from queue_core.database.session import open_session, read_session
from queue_core.database.tables import Dataset, ModelSession
from queue_core.library.sessions import Question, question_of, session_for
from queue_core.paths import LocalFolder


def test_a_question_is_the_same_after_it_was_stored(folder: LocalFolder, iris: int) -> None:
    question = Question(
        dataset_id=iris, task="forecasting", input_columns=("a",), output_columns=("b",),
        split={"method": "temporal"}, metrics=("mae",), seed=3,
        forecast={"time_column": "t", "horizon": 4}, preprocessing={"scaling": "none"},
        sample_rows=500, learning_curve=True, onnx=True,
    )  # fmt: skip
    with open_session(folder) as session:
        made = session_for(session, session.get_one(Dataset, iris), question, None)
        assert session_for(session, made.dataset, question, made.id) is made
        other = Question(dataset_id=iris, task="forecasting")
        assert session_for(session, made.dataset, other, made.id) is not made
    with read_session(folder) as session:
        stored = question_of(session.get_one(ModelSession, made.id))
    assert stored == question


def test_every_stored_question_can_be_read_by_the_trainer() -> None:
    """Options that belong to the run, a learning curve say, must not keep it from explaining."""
    asked = Question(
        dataset_id=1, output_columns=("b",), learning_curve=True, onnx=True, sample_rows=50
    )
    row = ModelSession(**asked.columns())
    spec = question_of(row).spec()
    assert (spec.target, spec.sample_rows) == ("b", 50)
