"""SHOW: the public map, river, case and node pages, Open311 and the JSON API of one city."""
