"""What a job prints and logs: framed files, their order, and reading them."""
