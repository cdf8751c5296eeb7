"""Pages on their way to athletes, guardians and coaches: whose address, which mail, sent once."""
