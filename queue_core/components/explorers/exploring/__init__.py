"""One exploration: its columns chosen, its rows read, its explorer run."""
