"""What ran when: bars over time, in lanes, with what ended above them."""
