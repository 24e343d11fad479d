"""The tables of the main database, one class per kind of entity.

Foreign keys say what users mean: a child that is nothing without its parent goes with it
(CASCADE); a child that somebody waited for keeps its parent from being deleted (RESTRICT, see
`queue_core.database.deletion`); a child that stands on its own merely forgets it (SET NULL).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from queue_core.database.columns import Base, Entity, JsonList, JsonObject
from queue_core.database.status import EntityKind, EntityStatus, ExplainerScope, TrialState

_WITH_IDS_FOR_EVER = {"sqlite_autoincrement": True}


def _values(kind: type[ExplainerScope] | type[TrialState]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        length=16,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


class Dataset(Entity):
    """A stored table; its data lie in `datasets/<id>/`.

    Attributes:
        source_path: The file that it was loaded from; None for a table that a job made.
        source_hash: Hash of that file.
        data_hash: Hash of the stored data.
        size_bytes: Size of the stored data.
        loader: Id of the loader component.
        options: What the loader was told.
        schema: One object per column, in order: `{"name": ..., "type": ...}`.
        warnings: What was done to the data, one sentence each.
        derived_from_id: The dataset that it was made from.
    """

    __tablename__ = EntityKind.DATASET

    source_path: Mapped[str | None]
    source_hash: Mapped[str | None]
    data_hash: Mapped[str | None]
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    column_count: Mapped[int | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    loader: Mapped[str | None]
    options: Mapped[JsonObject] = mapped_column(default=dict)
    schema: Mapped[JsonList] = mapped_column(default=list)
    warnings: Mapped[JsonList] = mapped_column(default=list)
    derived_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )

    derived_from: Mapped[Dataset | None] = relationship(remote_side="Dataset.id")
    notebooks: Mapped[list[Notebook]] = relationship(
        back_populates="dataset", passive_deletes="all"
    )
    sessions: Mapped[list[ModelSession]] = relationship(
        back_populates="dataset", passive_deletes="all"
    )


class Notebook(Entity):
    """A dataset under work: an ordered list of converters that can be undone.

    Attributes:
        data_hash: Hash of the data as they are after the applied converters.
        row_count: Rows after the applied converters.
        column_count: Columns after the applied converters.
        schema: The columns after the applied converters, as in `Dataset.schema`.
    """

    __tablename__ = EntityKind.NOTEBOOK

    # A notebook is made by its user, not by a job: it is there at once.
    status: Mapped[EntityStatus] = mapped_column(default=EntityStatus.FINISHED, sort_order=-7)
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("dataset.id", ondelete="RESTRICT"), index=True
    )
    data_hash: Mapped[str | None]
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    column_count: Mapped[int | None]
    schema: Mapped[JsonList] = mapped_column(default=list)

    dataset: Mapped[Dataset] = relationship(back_populates="notebooks")
    converters: Mapped[list[Converter]] = relationship(
        back_populates="notebook",
        order_by="(Converter.position, Converter.id)",
        passive_deletes=True,
        cascade="all, delete-orphan",
    )
    explorers: Mapped[list[Explorer]] = relationship(
        back_populates="notebook", passive_deletes=True, cascade="all, delete-orphan"
    )


class Converter(Entity):
    """One step of a notebook.

    Attributes:
        position: Place among the notebook's steps, from 0.
        component: Id of the converter component.
        columns: The columns that it works on; None means all that fit.
        rows: The rows that it is fitted on; None means all.
        applied: Whether the notebook's data went through it; False once undone.
        artifact: Where the fitted converter lies, relative to the artifacts' folder.
    """

    __tablename__ = EntityKind.CONVERTER
    __table_args__ = (
        Index(None, "notebook_id", "position"),
        _WITH_IDS_FOR_EVER,
    )

    notebook_id: Mapped[int] = mapped_column(ForeignKey("notebook.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    component: Mapped[str]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    columns: Mapped[JsonList | None]
    rows: Mapped[JsonObject | None]
    applied: Mapped[bool] = mapped_column(default=False)
    artifact: Mapped[str | None]

    notebook: Mapped[Notebook] = relationship(back_populates="converters")


class Explorer(Entity):
    """One exploration of a dataset, or of a notebook.

    Attributes:
        component: Id of the explorer component.
        columns: The columns that it looks at; None means all that fit.
    """

    __tablename__ = EntityKind.EXPLORER
    __table_args__ = (
        CheckConstraint("dataset_id IS NOT NULL OR notebook_id IS NOT NULL", name="has_data"),
        _WITH_IDS_FOR_EVER,
    )

    dataset_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="CASCADE"), index=True
    )
    notebook_id: Mapped[int | None] = mapped_column(
        ForeignKey("notebook.id", ondelete="CASCADE"), index=True
    )
    component: Mapped[str]
    columns: Mapped[JsonList | None]
    params: Mapped[JsonObject] = mapped_column(default=dict)

    dataset: Mapped[Dataset | None] = relationship()
    notebook: Mapped[Notebook | None] = relationship(back_populates="explorers")


class ModelSession(Entity):
    """A question put to a dataset, which several models answer.

    Attributes:
        task: E.g. `classification`, `regression`, `clustering`.
        input_columns: The columns that a model may look at.
        output_columns: The columns that it predicts; empty for clustering.
        split: How the rows are parted into training, validation and test rows.
        metrics: Ids of the metric components that the models are measured by.
        seed: Start of all random numbers.
    """

    __tablename__ = EntityKind.MODEL_SESSION

    status: Mapped[EntityStatus] = mapped_column(default=EntityStatus.FINISHED, sort_order=-7)
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("dataset.id", ondelete="RESTRICT"), index=True
    )
    task: Mapped[str]
    input_columns: Mapped[JsonList] = mapped_column(default=list)
    output_columns: Mapped[JsonList] = mapped_column(default=list)
    split: Mapped[JsonObject] = mapped_column(default=dict)
    metrics: Mapped[JsonList] = mapped_column(default=list)
    seed: Mapped[int] = mapped_column(BigInteger, default=0)

    dataset: Mapped[Dataset] = relationship(back_populates="sessions")
    runs: Mapped[list[Run]] = relationship(back_populates="session", passive_deletes="all")


class Run(Entity):
    """One model with its parameters, trained and measured in a session.

    Attributes:
        component: Id of the model component.
        search: How better parameters are searched for; None where they are taken as given.
        best_params: The parameters that the search found.
        artifact: Where the trained model lies, relative to the artifacts' folder.
    """

    __tablename__ = EntityKind.RUN

    session_id: Mapped[int] = mapped_column(
        ForeignKey("model_session.id", ondelete="RESTRICT"), index=True
    )
    component: Mapped[str]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    search: Mapped[JsonObject | None]
    best_params: Mapped[JsonObject | None]
    artifact: Mapped[str | None]

    session: Mapped[ModelSession] = relationship(back_populates="runs")
    metrics: Mapped[list[Metric]] = relationship(
        back_populates="run",
        order_by="Metric.id",
        passive_deletes=True,
        cascade="all, delete-orphan",
    )
    trials: Mapped[list[Trial]] = relationship(
        back_populates="run",
        order_by="Trial.number",
        passive_deletes=True,
        cascade="all, delete-orphan",
    )
    explainers: Mapped[list[Explainer]] = relationship(
        back_populates="run", passive_deletes=True, cascade="all, delete-orphan"
    )
    predictions: Mapped[list[Prediction]] = relationship(
        back_populates="run", passive_deletes="all"
    )


class Metric(Base):
    """One measured value of a run.

    Attributes:
        name: Id of the metric component, or what a model measures of itself while it trains.
        split: The rows that were measured: `train`, `validation`, `test`.
        fold: Which fold, from 0; None where there is one split, or for the whole.
        step: Which iteration of the training; None for the trained model.
        value: None where the metric is not defined (a database stores no NaN).
    """

    __tablename__ = EntityKind.METRIC
    __table_args__ = (Index(None, "run_id", "name"), _WITH_IDS_FOR_EVER)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    name: Mapped[str]
    split: Mapped[str]
    fold: Mapped[int | None]
    step: Mapped[int | None]
    value: Mapped[float | None]

    run: Mapped[Run] = relationship(back_populates="metrics")


class Trial(Base):
    """One try of a run's parameter search; enough to go on with the search later.

    Attributes:
        number: Place in the search, from 0.
        distributions: The ranges that the parameters were drawn from, by parameter.
        intermediate: Values reported before the end, by step.
    """

    __tablename__ = EntityKind.TRIAL
    __table_args__ = (UniqueConstraint("run_id", "number"), _WITH_IDS_FOR_EVER)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    number: Mapped[int]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    distributions: Mapped[JsonObject] = mapped_column(default=dict)
    intermediate: Mapped[JsonObject] = mapped_column(default=dict)
    value: Mapped[float | None]
    state: Mapped[TrialState] = mapped_column(_values(TrialState))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    run: Mapped[Run] = relationship(back_populates="trials")


class Explainer(Entity):
    """An explanation of a run's model.

    Attributes:
        scope: The whole model, or chosen rows.
        component: Id of the explainer component.
        dataset_id: Where the rows to explain come from, if not the session's dataset.
    """

    __tablename__ = EntityKind.EXPLAINER

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    dataset_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )
    scope: Mapped[ExplainerScope] = mapped_column(_values(ExplainerScope))
    component: Mapped[str]
    params: Mapped[JsonObject] = mapped_column(default=dict)

    run: Mapped[Run] = relationship(back_populates="explainers")
    dataset: Mapped[Dataset | None] = relationship()


class Prediction(Entity):
    """What a run's model says of a dataset, of a file, or of rows typed by hand.

    Attributes:
        file_path: The file that it was asked about.
        rows: The rows that it was asked about, one object each.
        result_dataset_id: The dataset that holds the answers.
    """

    __tablename__ = EntityKind.PREDICTION

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="RESTRICT"), index=True)
    dataset_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )
    file_path: Mapped[str | None]
    rows: Mapped[JsonList | None]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    result_dataset_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )

    run: Mapped[Run] = relationship(back_populates="predictions")
    dataset: Mapped[Dataset | None] = relationship(foreign_keys=[dataset_id])
    result_dataset: Mapped[Dataset | None] = relationship(foreign_keys=[result_dataset_id])


class GenerativeSession(Entity):
    """A conversation with a generative model.

    Attributes:
        component: Id of the generator component.
        model_file: The model's file or folder, or its name on a server.
        system_prompt: What the model is told before all else.
    """

    __tablename__ = EntityKind.GENERATIVE_SESSION

    status: Mapped[EntityStatus] = mapped_column(default=EntityStatus.FINISHED, sort_order=-7)
    component: Mapped[str]
    model_file: Mapped[str | None]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    system_prompt: Mapped[str | None]

    processes: Mapped[list[GenerativeProcess]] = relationship(
        back_populates="session",
        order_by="(GenerativeProcess.position, GenerativeProcess.id)",
        passive_deletes=True,
        cascade="all, delete-orphan",
    )


class GenerativeProcess(Entity):
    """One exchange of a conversation: a prompt and its response.

    Attributes:
        position: Place in the conversation, from 0.
        prompt: What the user said, or the template for the rows of a dataset.
        prompt_tokens: Tokens that the model read.
        response_tokens: Tokens that the model wrote.
        timing: Seconds by phase, e.g. `{"load_s": ..., "first_token_s": ..., "total_s": ...}`.
        dataset_id: The dataset whose rows fill the prompt, for a batch.
        result_dataset_id: The dataset that holds the responses of a batch.
    """

    __tablename__ = EntityKind.GENERATIVE_PROCESS
    __table_args__ = (Index(None, "session_id", "position"), _WITH_IDS_FOR_EVER)

    session_id: Mapped[int] = mapped_column(ForeignKey("generative_session.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    prompt: Mapped[str]
    response: Mapped[str | None]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    prompt_tokens: Mapped[int | None]
    response_tokens: Mapped[int | None]
    timing: Mapped[JsonObject] = mapped_column(default=dict)
    dataset_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )
    result_dataset_id: Mapped[int | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )

    session: Mapped[GenerativeSession] = relationship(back_populates="processes")
    dataset: Mapped[Dataset | None] = relationship(foreign_keys=[dataset_id])
    result_dataset: Mapped[Dataset | None] = relationship(foreign_keys=[result_dataset_id])


class PendingRemoval(Base):
    """A stored folder whose row is gone and that is to be removed.

    It is written with the deletion of the row, so that a crash in between leaves no orphan.

    Attributes:
        path: Relative to the monitor's folder.
    """

    __tablename__ = "pending_removal"

    path: Mapped[str] = mapped_column(primary_key=True)


class DatabaseInfo(Base):
    """What the database knows about itself, e.g. the program version that last migrated it."""

    __tablename__ = "database_info"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


ENTITY_TABLES: dict[EntityKind, type[Entity]] = {
    EntityKind.DATASET: Dataset,
    EntityKind.NOTEBOOK: Notebook,
    EntityKind.CONVERTER: Converter,
    EntityKind.EXPLORER: Explorer,
    EntityKind.MODEL_SESSION: ModelSession,
    EntityKind.RUN: Run,
    EntityKind.EXPLAINER: Explainer,
    EntityKind.PREDICTION: Prediction,
    EntityKind.GENERATIVE_SESSION: GenerativeSession,
    EntityKind.GENERATIVE_PROCESS: GenerativeProcess,
}
# Parts of an entity: nobody names them, and they have no status.
PART_TABLES: dict[EntityKind, type[Metric] | type[Trial]] = {
    EntityKind.METRIC: Metric,
    EntityKind.TRIAL: Trial,
}
