"""From a result to a plotly figure."""
