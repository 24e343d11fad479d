"""Scores of predictions, by task."""
