"""From a table to numbers; nothing is estimated."""
