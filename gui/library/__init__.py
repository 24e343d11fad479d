"""Datasets, notebooks, models and sessions."""
