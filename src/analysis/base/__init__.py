"""What everything else stands on: errors, units, tables, the configuration, and what a verdict is."""
