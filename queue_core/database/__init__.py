"""The main database: datasets, runs and all other entities."""
