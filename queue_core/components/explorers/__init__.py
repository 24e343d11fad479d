"""Looks at the data: statistics and plots."""
