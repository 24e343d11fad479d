"""NotebookJob: undoes, redoes, moves and removes the steps of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.finding import find
from queue_core.database.session import open_session, read_session
from queue_core.database.status import EntityKind
from queue_core.database.storage import job_temporary_folder, remove_folders
from queue_core.database.tables import Converter, Notebook
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.request_job import RequestJob
from queue_core.jobs.requests.notebook import NotebookAction, NotebookRequest
from queue_core.library.datasets import columns_of, describe_table, open_dataset
from queue_core.library.steps import applied_steps
from queue_core.naming import default_name

_TITLES = {
    NotebookAction.UNDO: "Undo a step",
    NotebookAction.REDO: "Redo a step",
    NotebookAction.REORDER: "Reorder steps",
    NotebookAction.REMOVE: "Remove steps",
}


class NotebookJob(RequestJob[NotebookRequest]):
    """Changes the steps of a notebook; where the new order cannot be computed nothing changes.

    Attributes:
        kwargs: `notebook_id`, `action` (see `NotebookAction`), and `steps`: for `reorder` the ids
            of the applied converters in their new order, for `remove` those to remove.
    """

    REQUEST = NotebookRequest
    needs_library = True

    def get_job_name(self) -> str:
        """Return what the user sees in the table."""
        return self.request.name or default_name(_TITLES[NotebookAction(self.request.action)])

    def set_status_as_delivered(self) -> None:
        """Check the parameters.

        Raises:
            ParameterError: Something of them cannot be right, or no notebook was named.
        """
        super().set_status_as_delivered()
        self._notebook_id()

    def run(self) -> dict[str, Any]:
        """Compute the notebook's table as it will be, then change the steps."""
        from queue_core.library.notebooks import notebook_turn

        notebook_id = self._notebook_id()
        if self.context.reporter is not None:
            self.context.reporter.entity(EntityKind.NOTEBOOK.value, notebook_id)
        try:
            with notebook_turn(self.context.folder, notebook_id):
                return self._change(notebook_id)
        finally:
            self.on_cancel()

    def on_cancel(self) -> None:
        """Remove what was half computed."""
        remove_folders([job_temporary_folder(self.context.folder, self.context.job_id)])

    def _notebook_id(self) -> int:
        if self.request.notebook_id is None:
            raise ParameterError(
                "No notebook was named.", parameter="notebook_id", hint="Set notebook_id."
            )
        return self.request.notebook_id

    def _change(self, notebook_id: int) -> dict[str, Any]:
        action, steps = NotebookAction(self.request.action), self.request.steps
        with read_session(self.context.folder) as session:
            notebook = find(session, Notebook, notebook_id)
            chain = new_chain(notebook.converters, action, steps)
            table = self._computed(notebook_id, chain)
            order = [converter.id for converter in chain]
        with open_session(self.context.folder) as session:
            notebook = find(session, Notebook, notebook_id)
            _apply_order(notebook.converters, order)
            if action is NotebookAction.REMOVE:
                for converter in [c for c in notebook.converters if c.id in steps]:
                    session.delete(converter)
            describe_table(notebook, table)
        self.report_progress(1.0, "Done")
        return {
            "entity": EntityKind.NOTEBOOK.value,
            "id": notebook_id,
            "steps": order,
            "rows": table.row_count,
            "columns": columns_of(table),
        }

    def _computed(self, notebook_id: int, chain: Sequence[Converter]) -> StoredDataset:
        from queue_core.library.notebooks import states_of, step_of

        folder = self.context.folder
        with read_session(folder) as session:
            base = open_dataset(folder, find(session, Notebook, notebook_id).dataset)
        temporary = job_temporary_folder(folder, self.context.job_id)
        steps = [step_of(converter) for converter in chain]
        return states_of(folder, notebook_id, temporary).current(base, steps, JobProgress(self))


def new_chain(
    converters: Sequence[Converter], action: NotebookAction, steps: Sequence[int]
) -> list[Converter]:
    """Return the applied steps as they will be after *action*, in order.

    Args:
        converters: All steps of a notebook.
        action: What to do.
        steps: The ids that `reorder` and `remove` need.

    Raises:
        DataError: There is nothing to undo or redo.
        ParameterError: The ids do not fit.
    """
    applied = applied_steps(converters)
    if action is NotebookAction.UNDO:
        if not applied:
            raise DataError("No step is left to undo.", hint="Add a step first.")
        return applied[:-1]
    if action is NotebookAction.REDO:
        return [*applied, _to_redo(converters, applied)]
    by_id = {converter.id: converter for converter in converters}
    unknown = [number for number in steps if number not in by_id]
    if unknown or not steps:
        raise ParameterError(
            f"The notebook has no step {unknown[0]}." if unknown else "No step was named.",
            parameter="steps", hint=f"Its steps are: {', '.join(map(str, by_id))}.",
        )  # fmt: skip
    if action is NotebookAction.REMOVE:
        return [converter for converter in applied if converter.id not in steps]
    if sorted(steps) != sorted(converter.id for converter in applied):
        raise ParameterError(
            "The new order does not hold each applied step once.", parameter="steps",
            hint=f"Order these: {', '.join(str(converter.id) for converter in applied)}.",
        )  # fmt: skip
    return [by_id[number] for number in steps]


def _to_redo(converters: Sequence[Converter], applied: Sequence[Converter]) -> Converter:
    """Return the first step that was undone behind the applied ones."""
    undone = [c for c in converters if not c.applied and c.artifact is not None]
    last = applied[-1].position if applied else -1
    behind = [converter for converter in undone if converter.position > last]
    if not behind:
        raise DataError("No step is left to redo.", hint="Only undone steps can be redone.")
    return min(behind, key=lambda c: (c.position, c.id))


def _apply_order(converters: Sequence[Converter], order: Sequence[int]) -> None:
    """Mark the steps of the new chain as applied and number them; undone ones come behind."""
    for converter in converters:
        converter.applied = converter.id in order
    if [c.id for c in sorted(converters, key=lambda c: c.position) if c.applied] != list(order):
        places = sorted(converter.position for converter in converters if converter.applied)
        by_id = {converter.id: converter for converter in converters}
        for number, place in zip(order, places, strict=True):
            by_id[number].position = place
