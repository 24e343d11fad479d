"""Groups of rows and the small statistics that several explorers draw."""
