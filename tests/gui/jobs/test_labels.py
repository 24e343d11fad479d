"""Parameters carry the labels of the form, and no id of what the job made."""

from __future__ import annotations

from gui.jobs.details.labels import labelled


def test_parameters_are_called_as_in_the_form() -> None:
    params = {"dataset_id": 1, "output_columns": ["species"], "split": {"test_size": 0.2}}
    assert labelled("ModelJob", {**params, "run_id": 7, "other": 1}) == {
        "Dataset (dataset_id)": 1,
        "Target (output_columns)": ["species"],
        "Train/test split (split)": {"Test size (test_size)": 0.2},
        "other": 1,
    }


def test_jobs_without_a_form_keep_their_names() -> None:
    assert labelled("Echo", {"run_id": 7}) == {"run_id": 7}
