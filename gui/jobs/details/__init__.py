"""The details of one job: what it is, why it failed, what it printed, what it made."""
