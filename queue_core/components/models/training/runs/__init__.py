"""A run from its question to its trained model, searched and repeated over splits."""
