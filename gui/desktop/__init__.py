"""What the program does with the computer itself: keeps it awake, starts with it, ends its day."""
