"""NOTICE: from readings to incidents, from incidents to events, and what must be said of them.

`lifecycle` and `engine` are pure: time is an argument and nothing is read or written. `process` is the loop round them.
"""
