"""From a table to a frozen result, one model a file."""
