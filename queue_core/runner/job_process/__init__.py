"""The job's side: what runs in the process that a job has for itself, and the template of these."""
