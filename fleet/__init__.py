"""The nodes' side of the city: its certificate authority, and who was seen to knock with a false name."""
