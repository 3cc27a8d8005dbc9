"""The way to residents: each telling walks past all who follow, and goes to each by their own channel."""
