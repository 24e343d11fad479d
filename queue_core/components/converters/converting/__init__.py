"""What a converter is, and those that are one SQL query."""
