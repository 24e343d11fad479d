"""Trained models side by side: a table, a plot over parameters, and two of them in full."""
