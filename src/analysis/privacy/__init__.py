"""What was agreed to is kept: left out, erased, taken away, backed up, and written down."""
