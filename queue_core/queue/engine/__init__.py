"""The consuming side: worker threads, limits, orders to running jobs, recovery."""
