"""The closed set of artifact kinds and their one stored form each.

`figure` describes plots as frozen data, `renderer` draws them, `writer` stores the artifacts of
one entity whole or not at all, `reader` finds them again.
"""
