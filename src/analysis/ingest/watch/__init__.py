"""Activities of watches and the lists of their accounts."""
