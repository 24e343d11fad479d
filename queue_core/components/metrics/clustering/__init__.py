"""Metrics of clusters: by themselves, and against known labels."""

from __future__ import annotations

from queue_core.components.metrics.metric_description import describe_metric

TASKS = ("clustering",)
HERE = f"{__name__}.clustering_metrics:"

COMPONENTS = (
    describe_metric(
        "silhouette", "Silhouette",
        "How much nearer rows are to their own cluster than to the next: 1 is best, 0 is none.",
        f"{HERE}silhouette", TASKS, is_default=True,
    ),
    describe_metric(
        "davies_bouldin", "Davies-Bouldin index",
        "Spread within clusters against distance between them; lower is better.",
        f"{HERE}davies_bouldin", TASKS, is_default=True, greater_is_better=False,
    ),
    describe_metric(
        "calinski_harabasz", "Calinski-Harabasz index",
        "Variance between clusters against variance within; higher is better.",
        f"{HERE}calinski_harabasz", TASKS, is_default=True,
    ),
    describe_metric(
        "cluster_count", "Clusters", "How many clusters were found.",
        f"{HERE}cluster_count", TASKS, is_default=True,
    ),
    describe_metric(
        "noise_share", "Noise", "Share of the rows that belong to no cluster.",
        f"{HERE}noise_share", TASKS, is_default=True, greater_is_better=False, unit="share",
    ),
    describe_metric(
        "adjusted_rand", "Adjusted Rand index",
        "Agreement with known labels beyond chance: 1 is the same, 0 is chance.",
        f"{HERE}adjusted_rand", TASKS, is_default=True,
    ),
    describe_metric(
        "mutual_information", "Normalised mutual information",
        "What clusters and known labels say of each other: 1 is the same, 0 is nothing.",
        f"{HERE}mutual_information", TASKS, is_default=True, unit="share",
    ),
)  # fmt: skip
