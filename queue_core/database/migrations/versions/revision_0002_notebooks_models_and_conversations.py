"""Notebooks, models and conversations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    _create_generative_session()
    _create_generative_process()
    _create_model_session()
    _create_notebook()
    _create_converter()
    _create_explorer()
    _create_run()
    _create_explainer()
    _create_metric()
    _create_prediction()
    _create_trial()


def _entity_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provenance", sa.JSON(none_as_null=True), nullable=False),
    ]


def _create_generative_session() -> None:
    op.create_table(
        "generative_session",
        *_entity_columns(),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("model_file", sa.Text(), nullable=True),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("system_prompt", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generative_session")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_generative_session_job_id"), "generative_session", ["job_id"])


def _create_generative_process() -> None:
    op.create_table(
        "generative_process",
        *_entity_columns(),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("response_tokens", sa.Integer(), nullable=True),
        sa.Column("timing", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("result_dataset_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_generative_process_dataset_id_dataset"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["result_dataset_id"],
            ["dataset.id"],
            name=op.f("fk_generative_process_result_dataset_id_dataset"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["generative_session.id"],
            name=op.f("fk_generative_process_session_id_generative_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generative_process")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_generative_process_dataset_id"), "generative_process", ["dataset_id"])
    op.create_index(op.f("ix_generative_process_job_id"), "generative_process", ["job_id"])
    op.create_index(
        op.f("ix_generative_process_result_dataset_id"), "generative_process", ["result_dataset_id"]
    )
    op.create_index(
        op.f("ix_generative_process_session_id_position"),
        "generative_process",
        ["session_id", "position"],
    )


def _create_model_session() -> None:
    op.create_table(
        "model_session",
        *_entity_columns(),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("input_columns", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("output_columns", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("split", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("metrics", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_model_session_dataset_id_dataset"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_session")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_model_session_dataset_id"), "model_session", ["dataset_id"])
    op.create_index(op.f("ix_model_session_job_id"), "model_session", ["job_id"])


def _create_notebook() -> None:
    op.create_table(
        "notebook",
        *_entity_columns(),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("data_hash", sa.Text(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("column_count", sa.Integer(), nullable=True),
        sa.Column("schema", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_notebook_dataset_id_dataset"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notebook")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notebook_dataset_id"), "notebook", ["dataset_id"])
    op.create_index(op.f("ix_notebook_job_id"), "notebook", ["job_id"])


def _create_converter() -> None:
    op.create_table(
        "converter",
        *_entity_columns(),
        sa.Column("notebook_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("rows", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("artifact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notebook_id"],
            ["notebook.id"],
            name=op.f("fk_converter_notebook_id_notebook"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_converter")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_converter_job_id"), "converter", ["job_id"])
    op.create_index(
        op.f("ix_converter_notebook_id_position"), "converter", ["notebook_id", "position"]
    )


def _create_explorer() -> None:
    op.create_table(
        "explorer",
        *_entity_columns(),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("notebook_id", sa.Integer(), nullable=True),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "dataset_id IS NOT NULL OR notebook_id IS NOT NULL", name=op.f("ck_explorer_has_data")
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_explorer_dataset_id_dataset"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["notebook_id"],
            ["notebook.id"],
            name=op.f("fk_explorer_notebook_id_notebook"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explorer")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_explorer_dataset_id"), "explorer", ["dataset_id"])
    op.create_index(op.f("ix_explorer_job_id"), "explorer", ["job_id"])
    op.create_index(op.f("ix_explorer_notebook_id"), "explorer", ["notebook_id"])


def _create_run() -> None:
    op.create_table(
        "run",
        *_entity_columns(),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("search", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("best_params", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("artifact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["model_session.id"],
            name=op.f("fk_run_session_id_model_session"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_job_id"), "run", ["job_id"])
    op.create_index(op.f("ix_run_session_id"), "run", ["session_id"])


def _create_explainer() -> None:
    op.create_table(
        "explainer",
        *_entity_columns(),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_explainer_dataset_id_dataset"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_explainer_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explainer")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_explainer_dataset_id"), "explainer", ["dataset_id"])
    op.create_index(op.f("ix_explainer_job_id"), "explainer", ["job_id"])
    op.create_index(op.f("ix_explainer_run_id"), "explainer", ["run_id"])


def _create_metric() -> None:
    op.create_table(
        "metric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_metric_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_metric_run_id_name"), "metric", ["run_id", "name"])


def _create_prediction() -> None:
    op.create_table(
        "prediction",
        *_entity_columns(),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("file_path", sa.Text(), nullable=True),
        sa.Column("rows", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("result_dataset_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_prediction_dataset_id_dataset"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["result_dataset_id"],
            ["dataset.id"],
            name=op.f("fk_prediction_result_dataset_id_dataset"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_prediction_run_id_run"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_prediction_dataset_id"), "prediction", ["dataset_id"])
    op.create_index(op.f("ix_prediction_job_id"), "prediction", ["job_id"])
    op.create_index(op.f("ix_prediction_result_dataset_id"), "prediction", ["result_dataset_id"])
    op.create_index(op.f("ix_prediction_run_id"), "prediction", ["run_id"])


def _create_trial() -> None:
    op.create_table(
        "trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("distributions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("intermediate", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_trial_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_trial_run_id_number")),
        sqlite_autoincrement=True,
    )
