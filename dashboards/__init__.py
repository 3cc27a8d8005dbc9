"""Grafana for operators, as code: queries, panels, boards, what is built of them, and how it gets into a Grafana."""
