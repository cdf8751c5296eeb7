"""Bar speeds, repetitions and what they say of strength."""
