"""Sirens, loudspeakers and strobes that hang on a node: lines that are on or off, and who makes sure that they end."""
