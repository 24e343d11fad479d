"""What a session and a run ask for, checked without reading data."""
