"""Rows a day: rings, straps, scales, phones."""
