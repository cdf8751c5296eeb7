"""Where a series goes: its trend."""
