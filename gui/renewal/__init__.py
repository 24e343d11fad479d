"""Results that no longer fit their data: saying so, and making them anew in order."""
