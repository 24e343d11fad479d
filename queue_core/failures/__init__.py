"""Failures as values: the calls of a traceback, whose they are, and which failures are alike."""
