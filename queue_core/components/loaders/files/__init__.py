"""Files before anybody knows their format: found, opened, unpacked, decoded."""
