"""The transformers of scikit-learn, made from the catalogue; `sklearn_converter` runs them."""

from __future__ import annotations

from collections.abc import Iterator

from queue_core.components.catalogues import load_catalogue
from queue_core.components.catalogues.parameter_sentences import describe_parameters
from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonObject

_FACTORY = "queue_core.components.converters.estimators.sklearn_converter:SklearnConverter"
_ACCEPTS = {
    "number": ("number", "boolean"),
    "category": ("text", "category", "boolean", "number"),
    "any": ("number", "text", "category", "boolean"),
    "text": ("text", "category"),
}
_KEEP = {
    "type": "boolean",
    "default": False,
    "title": "Keep the original columns",
    "description": "Keep the columns that were converted beside the new ones.",
}


def _components() -> Iterator[Component]:
    texts: dict[str, list[str]] = load_catalogue("transformer_texts")
    for name, facts in load_catalogue("scikit_learn_transformers")["classes"].items():
        title, description = texts[name]
        schema: JsonObject = describe_parameters(facts["schema"], name)
        yield Component(
            id=name,
            kind=ComponentKind.CONVERTER,
            title=title,
            description=description,
            factory=_FACTORY,
            schema={**schema, "properties": {**schema["properties"], "keep_original": _KEEP}},
            column_types=_ACCEPTS[facts["takes"]],
            options={
                "family": "scikit-learn",
                "class": f"{facts['module']}:{name}",
                "takes": facts["takes"],
                "seed": facts["seed"],
                "missing": facts["missing"],
                "target": "required" if facts["target"] else "none",
                # Its training rows are encoded without looking at their own target.
                "repeats": name != "TargetEncoder",
            },
        )


COMPONENTS = tuple(_components())
