"""Posts: what a gauge keeper keys in goes the way of any other reading."""
