"""What crosses a wire between two parts of Siaga, and the few plain values every part shares.

Imports nothing else of ours.
"""
