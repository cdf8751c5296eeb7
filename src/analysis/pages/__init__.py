"""What each report asks of the models, and what it shows of them."""
