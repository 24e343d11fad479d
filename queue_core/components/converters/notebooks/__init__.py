"""Steps of a notebook: run, kept with what they learned, applied again."""
