"""Every text of the pages, in both languages, a file for each family of pages. Places in braces are filled by name and
are the same in both."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from api.words import (
    audit,
    cap,
    cases,
    casework,
    chain,
    console,
    deeds,
    drills,
    duty,
    errors,
    following,
    home,
    house,
    impacts,
    inbound,
    judging,
    links,
    nodes,
    office,
    openid,
    people,
    photos,
    portal,
    posters,
    posts,
    reached,
    reporting,
    rivers,
    situations,
    staging,
    systems,
    takedowns,
    voices,
    weather,
)
from contract.city import Text

FAMILIES: tuple[Mapping[str, Text], ...] = tuple(
    family.WORDS
    for family in (
        house,
        home,
        rivers,
        situations,
        cases,
        casework,
        systems,
        takedowns,
        nodes,
        errors,
        people,
        photos,
        openid,
        office,
        audit,
        deeds,
        posts,
        staging,
        console,
        judging,
        links,
        impacts,
        cap,
        chain,
        duty,
        drills,
        voices,
        posters,
        portal,
        inbound,
        following,
        reached,
        reporting,
        weather,
    )
)
WORDS: Mapping[str, Text] = MappingProxyType({key: text for family in FAMILIES for key, text in family.items()})
