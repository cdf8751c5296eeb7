"""Joint angles of a body over time, as cameras or markers and OpenSim give them: repetitions are cut from them."""
