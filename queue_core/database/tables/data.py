"""Tables of data: datasets, notebooks, their steps and explorations."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from queue_core.database.columns import IDS_FOR_EVER, Entity, JsonList, JsonObject
from queue_core.database.status import EntityKind, EntityStatus


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
        target: The column to be predicted later, for converters that look at it.
        rows: The rows that it is fitted on; None means all.
        seed: Start of its random numbers.
        applied: Whether the notebook's data went through it; False once undone.
        artifact: Where the fitted converter lies, relative to the artifacts' folder.
    """

    __tablename__ = EntityKind.CONVERTER
    __table_args__ = (
        Index(None, "notebook_id", "position"),
        IDS_FOR_EVER,
    )

    notebook_id: Mapped[int] = mapped_column(ForeignKey("notebook.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    component: Mapped[str]
    params: Mapped[JsonObject] = mapped_column(default=dict)
    columns: Mapped[JsonList | None]
    target: Mapped[str | None]
    rows: Mapped[JsonObject | None]
    seed: Mapped[int] = mapped_column(BigInteger, default=0)
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
        IDS_FOR_EVER,
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
