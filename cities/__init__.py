"""One folder a city: zone, agencies, categories, SLA, places, nodes, scales, rules.

`load` builds the `contract.city.Profile` that every stage reads, `check` says everything that is wrong in a folder,
`boundaries` reads the outlines of its regions. The folder's format is in README.md.
"""
