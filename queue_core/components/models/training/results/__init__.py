"""What people see of a run: measures, figures, reports, predictions."""
