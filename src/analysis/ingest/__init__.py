"""From a file in its dialect to canonical frames."""
