"""Every scikit-learn classifier, regressor and clusterer that can be built from parameters.

The facts come from a snapshot of the library (`snapshot`), the words, the better defaults and the
ranges for a search from `catalogues/model_texts.json`.
"""

from __future__ import annotations

from queue_core.components.catalogues import load_catalogue
from queue_core.components.catalogues.parameter_sentences import describe_parameters
from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.models.ranges import with_search_ranges

OPTIONS = ("profile", "seed", "cores", "nested", "sparse", "binary_only")

# What a model keeps of the training rows grows with their number; see `limits`.
QUADRATIC_MEMORY = frozenset({
    "AffinityPropagation", "AgglomerativeClustering", "GaussianProcessClassifier",
    "GaussianProcessRegressor", "KernelRidge", "LabelPropagation", "LabelSpreading",
    "SpectralClustering",
})  # fmt: skip
QUADRATIC_TIME = frozenset({
    "ARDRegression", "HDBSCAN", "MeanShift", "NuSVC", "NuSVR", "OPTICS", "QuantileRegressor",
    "RadiusNeighborsClassifier", "RadiusNeighborsRegressor", "SVC", "SVR", "DBSCAN",
})  # fmt: skip
LISTENERS = {
    "GradientBoostingClassifier": "monitor",
    "GradientBoostingRegressor": "monitor",
    "HistGradientBoostingClassifier": "verbose",
    "HistGradientBoostingRegressor": "verbose",
    "MLPClassifier": "verbose",
    "MLPRegressor": "verbose",
    "SGDClassifier": "verbose",
    "SGDRegressor": "verbose",
    "Perceptron": "verbose",
    "RandomForestClassifier": "growing",
    "RandomForestRegressor": "growing",
    "ExtraTreesClassifier": "growing",
    "ExtraTreesRegressor": "growing",
    "BaggingClassifier": "growing",
    "BaggingRegressor": "growing",
}
"""How a model that trains in steps is listened to; see `training.listeners`."""

# Models that skops cannot store, with the attributes that hold their centres and clusters.
CENTRES = {"Birch": ("subcluster_centers_", "subcluster_labels_")}


def _component(name: str, facts: JsonMapping, text: JsonMapping) -> Component:
    options = {key: facts[key] for key in OPTIONS if key in facts}
    options["featured"] = bool(text.get("featured"))
    options["fixed"] = text.get("fixed", {})
    if name in CENTRES:
        options["centres"] = CENTRES[name]
    if name in LISTENERS:
        options["listener"] = LISTENERS[name]
    if name in QUADRATIC_MEMORY | QUADRATIC_TIME:
        options["growth"] = "memory" if name in QUADRATIC_MEMORY else "time"
    return Component(
        id=name,
        kind=ComponentKind.MODEL,
        title=text["title"],
        description=text["description"],
        factory=f"{facts['module']}:{name}",
        schema=_schema(name, facts["schema"], text),
        tasks=tuple(facts["tasks"]),
        options=options,
    )


def _schema(name: str, schema: JsonMapping, text: JsonMapping) -> JsonObject:
    """Return the snapshot's schema with our sentences, defaults and ranges for a search."""
    described = describe_parameters(schema, name)
    sentences = load_catalogue("model_texts")["parameters"]
    defaults = text.get("defaults", {})
    properties: JsonObject = {}
    for key, item in described["properties"].items():
        sentence = sentences.get(f"{name}.{key}") or item.get("description") or sentences.get(key)
        default = defaults.get(key, item["default"])
        properties[key] = {**item, "default": default, "description": sentence or ""}
    return with_search_ranges({**described, "properties": properties}, text.get("search"))


def _all() -> tuple[Component, ...]:
    texts = load_catalogue("model_texts")["models"]
    models = load_catalogue("scikit_learn_models")["models"]
    return tuple(_component(name, facts, texts[name]) for name, facts in models.items())


COMPONENTS = _all()
