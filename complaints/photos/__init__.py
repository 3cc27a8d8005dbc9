"""Photos of reports and proofs: looked at in a process of their own, made anew, compared with all earlier ones."""
