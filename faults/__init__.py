"""The fault laboratory: real processes and servers, one fault at a time, and a ledger that must close.

`siaga faults NAME` runs one; `faults.register` lists them.
"""
