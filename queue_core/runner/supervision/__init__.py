"""The program's side: making processes, giving them jobs, and seeing them to their end."""
