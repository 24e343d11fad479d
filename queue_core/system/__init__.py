"""What is asked of the operating system: one interface, Linux's own ways, and the portable twin."""
