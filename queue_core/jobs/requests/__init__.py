"""What each built-in job can be told: one frozen record for each type, its form described in it."""
