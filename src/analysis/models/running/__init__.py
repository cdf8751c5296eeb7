"""Critical speed, pace at a heart rate, durability."""
