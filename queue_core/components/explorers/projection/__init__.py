"""Class overlap: rows in two dimensions by PCA, t-SNE or UMAP, and how classes mix."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import choice, column, integer, schema

COMPONENTS = (
    Component(
        id="class_overlap",
        kind=ComponentKind.EXPLORER,
        title="Class overlap",
        description="Rows in two dimensions, coloured by class, and how much the classes mix.",
        factory=f"{__name__}.projection_explorer:class_overlap",
        schema=schema(
            class_column=column(
                "Class",
                "The column with the classes; empty: only the shape of the data is drawn.",
                ("category", "boolean", "text", "integer"),
            ),
            method=choice(
                "Method",
                {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"},
                "PCA keeps distances; t-SNE and UMAP keep neighbours.",
            ),
            rows=integer(
                "Rows at most",
                "Of more rows, this many are drawn at random.",
                default=2_000,
                minimum=50,
                maximum=20_000,
            ),
            perplexity={
                **integer(
                    "Perplexity",
                    "About how many neighbours a row has for t-SNE.",
                    default=30,
                    minimum=2,
                    maximum=200,
                ),
                "depends-on": {"method": "tsne"},
            },
        ),
        column_types=("number", "category", "boolean", "date", "datetime"),
        options={"least_columns": 2, "most_columns": 500},
    ),
)
