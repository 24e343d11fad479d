"""Failures that are alike, as one: what they say, how often, what became of them."""
