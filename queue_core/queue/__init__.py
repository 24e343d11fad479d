"""The durable queue and its change feed."""
