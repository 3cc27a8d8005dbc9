"""The city's own complaint systems: where cases are filed beside our own desk."""
