"""The closed set of artifact kinds and their one stored form each."""
