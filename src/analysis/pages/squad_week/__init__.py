"""The squad's week."""
