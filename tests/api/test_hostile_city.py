"""Names in a city's folder are text in every page, picture and document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import httpx
from lxml import etree
from support.seed import Town

MARKED = "</script></title><svg/onload=alert(1)><b x='\"&=cmd|"


def test_names_of_sites_and_rivers_are_text_everywhere(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Whoever writes a city's folder writes names: neither the map, its picture, its data nor a river's page takes one
    for markup."""
    sites = [replace(one, name=MARKED, river=one.river and MARKED) for one in made.profile.sites]
    made.cities.put_profile(replace(made.profile, sites=tuple(sites)), made.now_us)
    client = serve(made)
    gauge = next(one for one in made.cities.placements(made.profile.code) if one.kind == "gauge")
    shown = 0
    for path in ("/", "/sungai", f"/sungai/{gauge.node}", f"/s/{gauge.node}", "/wifi", "/simpul", "/kasus"):
        text = client.get(path, follow_redirects=True, headers={"accept": "text/html"}).text
        assert "onload=alert" not in re.sub(r"&lt;.*?&gt;", "", text.replace("&#34;", '"')), path
        assert "</script></title>" not in text, path
        shown += "&lt;svg/onload" in text
    assert shown >= 3
    picture = etree.fromstring(client.get("/peta.svg").content, etree.XMLParser(resolve_entities=False))
    assert not picture.xpath("//*[@onload]")
    told = client.get("/peta.geojson")
    assert told.headers["content-type"].startswith("application/geo+json")
    assert told.headers["x-content-type-options"] == "nosniff"
    assert MARKED in {name for one in json.loads(told.text)["features"] for name in one["properties"].values()}
