"""Looking after and looking into the queue: cleaning, searching, explaining, reporting."""
