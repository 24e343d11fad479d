"""One viewer per kind of result."""
