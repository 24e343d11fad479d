"""Transformations of a table."""
