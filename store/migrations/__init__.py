"""The city database's schema, step by step. New steps go into `versions/`; old ones are never edited."""
