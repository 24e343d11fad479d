"""The HTTP API: the queue for other programs on this computer, behind a token."""
