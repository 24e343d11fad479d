"""What the program knows of stored things: finding, reading, describing and exporting them."""
