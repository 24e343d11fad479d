"""Trained models measured: on rows held out, column by column, with intervals."""
