"""Loading a file: the loader chosen, its work begun and ended, the dataset stored."""
