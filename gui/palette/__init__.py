"""Every command, page, setting, job and dataset by its name; and the keys of all of them."""
