"""GenerativeJob: asks a generative model, in a conversation or about each row of a dataset."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from queue_core.artifacts.writer import ArtifactWriter
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import Span
from queue_core.components.registry import ComponentKind, get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.finding import find
from queue_core.database.provenance import provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, GenerativeProcess, GenerativeSession
from queue_core.errors import ParameterError
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.generative import GenerativeRequest
from queue_core.library.conversations import (
    Answer,
    earlier_exchanges,
    history_before,
    keep_partial,
    next_position,
)
from queue_core.library.datasets import describe_dataset, open_dataset
from queue_core.library.turns import wait_for_earlier
from queue_core.naming import default_name

if TYPE_CHECKING:
    from queue_core.components.generators.answering.batch import BatchRequest, BatchResult
    from queue_core.components.generators.answering.generator import Generator

LIBRARIES = ("llama-cpp-python", "transformers", "torch", "httpx")
JOURNALS = "batches"
_KEEP_EVERY_S = 0.5
_ANSWERED = 0.95


class GenerativeJob(EntityJob[GenerativeProcess, GenerativeRequest]):
    """Makes one exchange of a conversation, or a batch of answers.

    Attributes:
        kwargs: `prompt` and either `session_id`, to go on with a conversation, or `generator` and
            `model`; `params`, `system_prompt`, `name`; for a batch `dataset_id`, `column`, `limit`;
            or `generative_process_id` alone, to do a stored exchange again.
    """

    ENTITY = EntityKind.GENERATIVE_PROCESS
    REQUEST = GenerativeRequest

    _answer: Answer | None = None
    _batch: BatchResult | None = None
    _stored: StoredDataset | None = None
    _made_from: tuple[Dataset, ...] = ()

    def create_entity(self, session: Session) -> GenerativeProcess:
        """Return a new exchange at the end of its conversation, which is made if need be."""
        from queue_core.components.generators.answering.template import parse_template

        self._take_up_stored(session)
        told = self.request
        if not told.prompt.strip():
            raise ParameterError("The prompt is empty.", parameter="prompt", hint="Write one.")
        component = get_component(ComponentKind.GENERATOR, told.generator)
        params = complete_parameters(component.schema, told.params, owner=component.title)
        dataset = self._dataset(session)
        if dataset is not None and dataset.schema:
            parse_template(told.prompt, [str(item["name"]) for item in dataset.schema])
        shown = " ".join(told.prompt.split())
        # The queue asks for the job's name after this.
        self.settle(name=told.name or (shown if len(shown) <= 60 else f"{shown[:59]}…"))
        conversation = self._conversation(session, component.title)
        return GenerativeProcess(
            name=self.request.name,
            session_id=conversation.id,
            position=next_position(session, conversation.id, told.generative_process_id),
            prompt=told.prompt,
            params=params,
            dataset_id=None if dataset is None else dataset.id,
        )

    def run(self) -> dict[str, Any]:
        """Wait for the exchanges before, whose answers are part of what is asked."""
        if self.request.session_id is None or self.request.generative_process_id is None:
            self.set_status_as_delivered()
        if self.request.dataset_id is None:
            known = (self.context.folder, self._session_id, self.entity_id)
            wait_for_earlier(
                lambda: earlier_exchanges(*known),
                lambda: self.report_progress(None, "Waiting for the answer before"),
            )
        return super().run()

    def execute(self) -> Mapping[str, Any]:
        """Load the model, ask it, and keep what it says."""
        begun = time.monotonic()
        with self._generator() as generator:
            generator.load(JobProgress(self))
            loaded = time.monotonic() - begun
            if self.request.dataset_id is not None:
                summary = self._answer_rows(generator)
            else:
                summary = self._converse(generator)
        timing = {"load_s": round(loaded, 3), "total_s": round(time.monotonic() - begun, 3)}
        self.report_progress(1.0, "Done")
        return {**summary, "timing": {**summary["timing"], **timing}}

    def store(self, session: Session, entity: GenerativeProcess, result: Mapping[str, Any]) -> None:
        """Write the answer, or the dataset of answers."""
        provenance = provenance_of(
            *self._made_from,
            seed=int(entity.params.get("seed", 0)),
            libraries=LIBRARIES,
            generator=self.request.generator,
            model=result["model"],
        )
        entity.provenance = provenance
        entity.timing = dict(result["timing"])
        entity.prompt_tokens = result["prompt_tokens"]
        entity.response_tokens = result["response_tokens"]
        if self._answer is not None:
            entity.response = self._answer.text
        made = session.get(Dataset, result["dataset_id"]) if "dataset_id" in result else None
        if made is not None and self._stored is not None:
            describe_dataset(made, self._stored)
            made.provenance = provenance
            entity.result_dataset_id = made.id
            self._journal.unlink(missing_ok=True)

    @property
    def _session_id(self) -> int:
        number = self.request.session_id
        assert number is not None  # it is settled when the exchange is delivered
        return number

    @property
    def _journal(self) -> Path:
        """Remembers the answers of a batch; it outlives a stopped job, for its retry."""
        return self.context.folder.monitor / JOURNALS / f"{self.entity_id}.jsonl"

    def _generator(self) -> Generator:

        component = get_component(ComponentKind.GENERATOR, self.request.generator)
        params = complete_parameters(component.schema, self.request.params, owner=component.title)
        made: Generator = component.load()(component, self.request.model or "", params)
        return made

    def _converse(self, generator: Generator) -> dict[str, Any]:
        """Go on with the conversation; what has come so far is kept whatever happens."""
        from queue_core.components.generators.answering.conversation import fit_conversation

        fitted = fit_conversation(
            generator,
            self.request.prompt,
            system_prompt=(self.request.system_prompt or ""),
            history=history_before(self.context.folder, self._session_id, self.entity_id),
        )
        if fitted.forgotten:
            few = "exchange" if fitted.forgotten == 1 else f"{fitted.forgotten} exchanges"
            self.report_warning(f"Too long for the model, so it was not told the oldest {few}.")
        self.report_progress(None, f"Reading the prompt ({generator.model_name})")
        self._answer = Answer()
        try:
            self._take_down(generator.stream(fitted.messages))
        finally:
            keep_partial(self.context.folder, self.entity_id, self._answer)
        usage = generator.usage
        self._store_artifacts(generator)
        return {
            "model": generator.model_name,
            "session_id": self._session_id,
            "response": self._answer.text,
            "prompt_tokens": usage.prompt_tokens,
            "response_tokens": usage.response_tokens or len(self._answer.pieces),
            "ended_by": usage.ended_by,
            "timing": {"first_token_s": self._answer.first_s},
        }

    def _take_down(self, pieces: Iterable[str]) -> None:
        """Send each piece on as it comes, and keep the text so far now and then.

        A job that is cancelled is not asked any more, so it must have been kept before.
        """
        answer = self._answer
        assert answer is not None
        kept = time.monotonic()
        for piece in pieces:
            answer.add(piece)
            if self.context.reporter is not None:
                self.context.reporter.output(piece)
            if time.monotonic() - kept > _KEEP_EVERY_S:
                kept = time.monotonic()
                keep_partial(self.context.folder, self.entity_id, answer)
                self.report_progress(None, f"Writing: {len(answer.pieces):,} tokens")

    def _answer_rows(self, generator: Generator) -> dict[str, Any]:
        """Ask about each row and store the answers as a new dataset."""
        from queue_core.components.dataset_writer import DatasetStaging
        from queue_core.components.generators.answering.batch import answer_rows, write_answers

        folder = self.context.folder
        with read_session(folder) as session:
            dataset = self._dataset(session)
            assert dataset is not None
            self._made_from = (dataset,)
            table = open_dataset(folder, dataset)
        request = self._batch_request(table)
        reporter = self.context.reporter
        begun = time.monotonic()
        self._batch = result = answer_rows(
            generator,
            table,
            request,
            journal=self._journal,
            reporter=Span(JobProgress(self), 0.0, _ANSWERED),
            output=reporter.output if reporter is not None else lambda _text: None,
        )
        number = self.add_dataset(f"{dataset.name}, {request.column}", derived_from_id=dataset.id)
        staging = DatasetStaging(
            folder.datasets / str(number), folder=self.temporary_folder / "dataset"
        )
        self._stored = write_answers(table, result, request, staging)
        for warning in self._stored.warnings:
            self.report_warning(warning)
        return {
            "model": generator.model_name,
            "session_id": self._session_id,
            "dataset_id": number,
            "rows": len(result.answers),
            "failed_rows": result.failed,
            "reused_rows": result.reused,
            "prompt_tokens": sum(answer.prompt_tokens for answer in result.answers),
            "response_tokens": sum(answer.response_tokens for answer in result.answers),
            "timing": {"answers_s": round(time.monotonic() - begun, 3)},
        }

    def _batch_request(self, table: StoredDataset) -> BatchRequest:
        from queue_core.components.generators.answering.batch import BatchRequest
        from queue_core.components.generators.answering.template import parse_template

        names = [info.name for info in table.columns]
        return BatchRequest(
            template=parse_template(self.request.prompt, names),
            system_prompt=(self.request.system_prompt or ""),
            column=self.request.column,
            limit=self.request.limit,
        )

    def _store_artifacts(self, generator: Generator) -> None:

        assert self._answer is not None
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            writer.add_text("response", "Response", self._answer.text)
            writer.add_report(
                "summary",
                "About the response",
                {
                    "model": generator.model_name,
                    "tokens read": generator.usage.prompt_tokens,
                    "tokens written": generator.usage.response_tokens,
                    "ended by": generator.usage.ended_by,
                    "seconds to the first token": self._answer.first_s,
                    "parameters": generator.params,
                },
            )

    def _conversation(self, session: Session, title: str) -> GenerativeSession:
        """Return the conversation to go on with, or a new one."""
        told = self.request
        if told.session_id is not None:
            known = find(session, GenerativeSession, told.session_id)
            # While nothing was answered in it, it takes the model that it is given at last.
            if told.model and not any(item.is_complete for item in known.processes):
                known.model_file = told.model
            return known
        conversation = GenerativeSession(
            name=f"{told.name} ({default_name(title)})",
            component=told.generator,
            model_file=told.model or None,
            params=dict(told.params),
            system_prompt=told.system_prompt or None,
        )
        session.add(conversation)
        session.flush()
        self.settle(session_id=conversation.id)
        return conversation

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored exchange or conversation says and the job does not."""
        number = self.request.generative_process_id or self.request.process_id
        stored = None if number is None else session.get(GenerativeProcess, number)
        if number is not None and stored is None and not self.request.prompt:
            raise ParameterError(
                f"There is no exchange with the id {number}.",
                parameter="generative_process_id",
            )
        if stored is not None:
            self.take_up(
                {
                    "generative_process_id": stored.id,
                    "session_id": stored.session_id,
                    "prompt": stored.prompt,
                    "params": dict(stored.params),
                    "dataset_id": stored.dataset_id,
                    "name": stored.name or None,
                }
            )
        if self.request.session_id is not None:
            conversation = find(session, GenerativeSession, self.request.session_id)
            self.take_up(
                {
                    "generator": conversation.component,
                    "model": conversation.model_file,
                    "params": dict(conversation.params),
                    "system_prompt": conversation.system_prompt,
                }
            )
        if not self.request.generator:
            raise ParameterError(
                "No kind of model was named.", parameter="generator",
                hint="Set generator to openai_server, gguf_file or transformers_folder.",
            )  # fmt: skip
        if model := self.request.model:
            self.settle(model=_absolute(model))

    def _dataset(self, session: Session) -> Dataset | None:
        number = self.request.dataset_id
        return None if number is None else find(session, Dataset, number)


def _absolute(model: str) -> str:
    """Return a path that is found from any folder; a server's model name stays as it is."""
    path = Path(model).expanduser()
    return str(path.absolute()) if path.exists() else model
