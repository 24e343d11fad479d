"""Transformers and samplers of scikit-learn and its relatives, run on stored tables."""
