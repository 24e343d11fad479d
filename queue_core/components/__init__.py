"""What jobs are made of, found through one registry."""
