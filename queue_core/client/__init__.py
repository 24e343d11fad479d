"""The queue for notebooks and scripts: alike over a folder and over HTTP."""
