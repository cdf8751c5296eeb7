"""The review of a block."""
