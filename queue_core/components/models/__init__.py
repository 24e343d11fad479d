"""Estimators and how they are described."""
