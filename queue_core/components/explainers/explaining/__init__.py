"""One explanation: the model and the rows it is about, its explainer run, its figures."""
