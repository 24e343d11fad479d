"""Tables of conversations with generative models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from queue_core.database.columns import IDS_FOR_EVER, IS_OUTPUT, Entity, JsonObject
from queue_core.database.status import EntityKind, EntityStatus

if TYPE_CHECKING:
    from queue_core.database.tables.data import Dataset


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
    __table_args__ = (Index(None, "session_id", "position"), IDS_FOR_EVER)

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
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True, info=IS_OUTPUT
    )

    session: Mapped[GenerativeSession] = relationship(back_populates="processes")
    dataset: Mapped[Dataset | None] = relationship(foreign_keys=[dataset_id])
    result_dataset: Mapped[Dataset | None] = relationship(foreign_keys=[result_dataset_id])
