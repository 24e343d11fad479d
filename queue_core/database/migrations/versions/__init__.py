"""One module per revision; Alembic finds and runs them."""
