"""One file a group of commands. Each imports its stage when it runs."""
