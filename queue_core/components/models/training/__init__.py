"""How models are trained and measured; imported by the jobs when one runs."""
