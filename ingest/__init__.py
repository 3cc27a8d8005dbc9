"""ACCEPT: from a message to a durable row and an answer to the node. Keeps no state that a restart would miss."""
