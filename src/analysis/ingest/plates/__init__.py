"""Force plates, dynamometers and the trackers of a team: a row a test or a session, a column a quantity."""
