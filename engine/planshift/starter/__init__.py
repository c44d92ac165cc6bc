"""A starter book: the files of a small book that passes its own check and cases, made from a few answers."""
