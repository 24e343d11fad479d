"""Our sentences for the parameters of the libraries' estimators."""

from __future__ import annotations

from queue_core.components.catalogues import load_catalogue
from queue_core.components.json_data import JsonMapping, JsonObject


def describe_parameters(schema: JsonMapping, class_name: str) -> JsonObject:
    """Return *schema* with our sentence for each parameter that we have one for.

    A sentence for `Class.parameter` goes before the one for every parameter of that name.
    """
    sentences = load_catalogue("parameter_descriptions")
    properties: JsonObject = {}
    for name, item in schema.get("properties", {}).items():
        sentence = sentences.get(f"{class_name}.{name}") or sentences.get(name)
        properties[name] = {**item, "description": sentence} if sentence else dict(item)
    return {**schema, "properties": properties}
