"""Tables of models: sessions, runs with their metrics and trials, what is made of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from queue_core.database.columns import (
    IDS_FOR_EVER,
    IS_OUTPUT,
    Base,
    Entity,
    JsonList,
    JsonObject,
    values_of,
)
from queue_core.database.status import EntityKind, EntityStatus, ExplainerScope, TrialState

if TYPE_CHECKING:
    from queue_core.database.tables.data import Dataset


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

    dataset: Mapped[Dataset] = relationship()
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
    __table_args__ = (Index(None, "run_id", "name"), IDS_FOR_EVER)

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
    __table_args__ = (UniqueConstraint("run_id", "number"), IDS_FOR_EVER)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    number: Mapped[int]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    distributions: Mapped[JsonObject] = mapped_column(default=dict)
    intermediate: Mapped[JsonObject] = mapped_column(default=dict)
    value: Mapped[float | None]
    state: Mapped[TrialState] = mapped_column(values_of(TrialState))
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
    scope: Mapped[ExplainerScope] = mapped_column(values_of(ExplainerScope))
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
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True, info=IS_OUTPUT
    )

    run: Mapped[Run] = relationship(back_populates="predictions")
    dataset: Mapped[Dataset | None] = relationship(foreign_keys=[dataset_id])
    result_dataset: Mapped[Dataset | None] = relationship(foreign_keys=[result_dataset_id])
