"""Where a series goes: its trend, its breaks."""
