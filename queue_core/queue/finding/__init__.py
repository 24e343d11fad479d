"""Finding jobs among millions: an index beside the queue's file, pages of it, words and queries."""
