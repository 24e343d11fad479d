"""A stored table as what models take: read, split, its columns prepared."""
