"""Metrics of classes and of their probabilities."""

from __future__ import annotations

from queue_core.components.metrics.metric_description import describe_metric

TASKS = ("classification", "text_classification")
HERE = f"{__name__}.classification_metrics:"

COMPONENTS = (
    describe_metric(
        "accuracy", "Accuracy", "Share of the rows whose class is right.",
        f"{HERE}accuracy", TASKS, is_default=True, unit="share",
    ),
    describe_metric(
        "balanced_accuracy", "Balanced accuracy",
        "Share that is right in each class, averaged; fair when classes differ in size.",
        f"{HERE}balanced_accuracy", TASKS, is_default=True, unit="share",
    ),
    describe_metric(
        "f1_macro", "F1, mean of classes",
        "Precision and recall in one number, averaged over the classes.",
        f"{HERE}f1_macro", TASKS, is_default=True, unit="share",
    ),
    describe_metric(
        "f1_weighted", "F1, by size of class",
        "Precision and recall in one number, averaged by how frequent the classes are.",
        f"{HERE}f1_weighted", TASKS, unit="share",
    ),
    describe_metric(
        "precision_macro", "Precision", "How often a class is right when it is said, averaged.",
        f"{HERE}precision_macro", TASKS, is_default=True, unit="share",
    ),
    describe_metric(
        "recall_macro", "Recall", "How much of each class is found, averaged.",
        f"{HERE}recall_macro", TASKS, is_default=True, unit="share",
    ),
    describe_metric(
        "roc_auc", "Area under ROC",
        "How well rows of a class are ranked above the others; a half is chance.",
        f"{HERE}roc_auc", TASKS, is_default=True, unit="share",
    ),
    describe_metric(
        "average_precision", "Average precision",
        "Area under precision against recall, averaged over the classes.",
        f"{HERE}average_precision", TASKS, unit="share",
    ),
    describe_metric(
        "log_loss", "Log loss",
        "How surprised the probabilities are by the truth; lower is better.",
        f"{HERE}log_loss", TASKS, is_default=True, greater_is_better=False,
    ),
    describe_metric(
        "brier", "Brier score",
        "Mean squared error of the probabilities, over all classes; lower is better.",
        f"{HERE}brier", TASKS, greater_is_better=False,
    ),
    describe_metric(
        "matthews", "Matthews correlation",
        "Correlation of truth and prediction: 1 is perfect, 0 is chance.",
        f"{HERE}matthews", TASKS,
    ),
    describe_metric(
        "cohen_kappa", "Cohen's kappa", "Agreement beyond chance: 1 is perfect, 0 is chance.",
        f"{HERE}cohen_kappa", TASKS,
    ),
)  # fmt: skip
