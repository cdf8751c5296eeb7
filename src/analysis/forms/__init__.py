"""Forms that people answer on a phone without a server: what they ask, their pages, and who answered."""
