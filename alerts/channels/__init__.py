"""How one message reaches one person: a port, and an adapter for each kind of channel."""
