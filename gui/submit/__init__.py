"""Ways to submit a job: drop, preview, forms."""
