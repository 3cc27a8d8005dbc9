"""A city with a post whose keeper keys in, for tests of what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.seed import Town
from support.visitors import person

from api.keepers import make
from contract.city import MANUAL, NodeSpec, Profile, SensorSpec
from contract.clock import DAY_US
from contract.staging import StageProposal
from store.book import KeepersBook
from store.people import Deed

POST = "jog-pos-01"
GAUGE = "jog-gauge-05"
"""the instrument that stands at the same staff"""


def with_post(profile: Profile) -> Profile:
    """The same city, and at Gondolayu a keeper who reads the staff beside the instrument."""
    gauge = next(one for one in profile.nodes if one.node == GAUGE)
    scale = profile.scale_of(GAUGE)
    assert scale is not None
    post = NodeSpec(POST, "gauge", "Pos Gondolayu", gauge.site, (SensorSpec(MANUAL, "flood", 3600),))
    return replace(profile, nodes=(*profile.nodes, post), scales=(*profile.scales, replace(scale, gauge=POST)))


def add_post(city: Town, folder: Path) -> KeepersBook:
    """The town gets the post; what keepers key in is entered into the book that is returned."""
    city.profile = with_post(city.profile)
    city.cities.put_profile(city.profile, city.now_us)
    return KeepersBook(folder / "posts" / "book.sqlite3")


def link_of(city: Town, name: str = "Pak Slamet", *, days: int = 30, node: str = POST) -> str:
    """The path of a new keeper's link."""
    return make(
        city.cities, profile=city.profile, node=node, name=name, days=days, now_us=city.now_us, actor="system",
        base_url="",
    ).address  # fmt: skip


def make_public(city: Town) -> None:
    """Two operators agree that what the post finds is told to everybody."""
    one, two = (person(city, name, "operator") for name in ("satu", "dua"))
    wanted = StageProposal(
        "post", city.profile.code, "node", POST, "", "public", one.id, city.now_us, city.now_us + DAY_US
    )  # fmt: skip
    city.cities.propose_stage(wanted, Deed(one.id, "stage.proposed", POST, city.now_us))
    assert city.cities.promote("post", city.now_us, Deed(two.id, "stage.promoted", POST, city.now_us))
