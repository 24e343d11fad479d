"""Tables on paper: what of them is printed, how it is laid out, and the pages as a PDF file."""
