"""One file a fault: `run(laboratory)` tries it and returns its account."""
