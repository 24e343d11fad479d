"""Jobs in windows of their own, for results that need the room."""
