"""The composition root: settings, wiring, the command line. The only package that may import every stage."""
