"""A prompt answered: what a generator is, what it is given, and answers row by row."""
