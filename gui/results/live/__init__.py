"""Figures drawn by the window itself from their description: zoom, pan, values under the pointer.

Its modules import NumPy; whoever shows a figure imports them on another thread first.
"""
