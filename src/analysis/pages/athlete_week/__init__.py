"""An athlete's week."""
