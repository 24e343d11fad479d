"""What a metric sees, and how its value is taken."""
