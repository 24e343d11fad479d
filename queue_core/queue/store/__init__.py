"""What the queue keeps in its SQLite file, and every change of it."""
