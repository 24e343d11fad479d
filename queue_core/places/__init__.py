"""Where a claimed job runs when that is not this computer: the contract, and who keeps it."""
