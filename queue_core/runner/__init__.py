"""Runs each job in a process of its own."""
