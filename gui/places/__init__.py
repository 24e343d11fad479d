"""The page of the places where jobs may run, beside this computer."""
