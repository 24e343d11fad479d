"""Trained models on disk: stored, opened, and used on new rows."""
