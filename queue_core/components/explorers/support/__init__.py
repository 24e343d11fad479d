"""What explorers share: the data they are given, SQL over it, groups, small statistics."""
