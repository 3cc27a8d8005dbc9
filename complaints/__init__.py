"""TELL: the desk that turns an event into a case with a number, an agency and a thread."""
