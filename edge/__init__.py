"""SENSE: the agent on the pole. It owns every reading until the city says it is stored."""
