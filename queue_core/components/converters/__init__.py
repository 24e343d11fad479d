"""Converters: steps that make a table from a table. `base` says what one is."""
