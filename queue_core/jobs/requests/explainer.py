"""What an `ExplainerJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queue_core.jobs.requests.request import Request, hidden, parameter, seed_parameter


@dataclass(frozen=True, kw_only=True)
class ExplainerRequest(Request):
    """An explanation of a run's model; `explainer_id` alone names a stored one.

    Attributes:
        scope: What the explainer is expected to explain, as a check; None: whatever it does.
    """

    OWNER: ClassVar[str] = "ExplainerJob"

    run_id: int | None = parameter(
        "The trained model to explain.", title="Model", format="run", is_required=True
    )
    explainer: str = parameter(
        "What to find out.", title="Explainer", format="explainer", default="",
        starts_as="permutation_importance", is_required=True,
    )  # fmt: skip
    rows: tuple[int | Mapping[str, Any], ...] | None = parameter(
        "For explanations of single rows: their numbers, the first is 1; or rows as objects with "
        "a value for each column.",
        title="Rows", items={"type": ["integer", "object"]},
    )  # fmt: skip
    dataset_id: int | None = parameter(
        "Where the rows come from; empty: what the model was trained on.",
        title="Dataset", format="dataset",
    )  # fmt: skip
    params: Mapping[str, Any] = parameter(
        "Parameters of the explainer.", title="Parameters", default={}
    )
    name: str | None = parameter("What to call the result.", title="Name")
    seed: int = seed_parameter("The same seed gives the same explanation.")
    scope: str | None = hidden()
    explainer_id: int | None = hidden()
