"""Real servers and processes, and what disturbs them. All of it ends with whoever started it."""
