"""Steering the queue: pause, order, limits, what was interrupted, what repeats."""
