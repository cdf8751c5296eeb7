"""Choosing by hand in a live notebook; where nobody is there, every choice is its default."""
