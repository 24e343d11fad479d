"""What a running or crashed process was doing: stacks by signal, by py-spy and from crashes."""
