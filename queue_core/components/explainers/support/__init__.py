"""What explainers share: the model to explain, its outputs, attributions, drawings."""
