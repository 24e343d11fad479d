"""One module per job type."""
