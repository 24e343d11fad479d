"""The samplers of imbalanced-learn, made from the catalogue; `resampling` runs them."""

from __future__ import annotations

from collections.abc import Iterator

from queue_core.components.catalogues import load_catalogue
from queue_core.components.catalogues.parameter_sentences import describe_parameters
from queue_core.components.component import Component, ComponentKind

_FACTORY = "queue_core.components.converters.estimators.resampling:Resampling"
_ACCEPTS = {
    "number": ("number", "boolean"),
    "category": ("text", "category", "boolean"),
    "mixed": ("number", "text", "category", "boolean"),
    "any": (),
}


def _components() -> Iterator[Component]:
    texts: dict[str, list[str]] = load_catalogue("sampler_texts")
    for name, facts in load_catalogue("imbalanced_learn_samplers")["classes"].items():
        title, description = texts[name]
        yield Component(
            id=name,
            kind=ComponentKind.CONVERTER,
            title=title,
            description=description,
            factory=_FACTORY,
            schema=describe_parameters(facts["schema"], name),
            tasks=("classification",),
            column_types=_ACCEPTS[facts["takes"]],
            extra="imbalance",
            package="imblearn",
            options={
                "family": "imbalanced-learn",
                "class": f"{facts['module']}:{name}",
                "takes": facts["takes"],
                "seed": facts["seed"],
                "target": "required",
                "new_data": "skip",
            },
        )


COMPONENTS = tuple(_components())
