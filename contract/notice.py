"""A notice: what residents are told that is no bulletin of the water. A WiFi point that is gone, or a warning of BMKG.

The alert engine keeps notices in the transaction of what caused them, whoever relays another office's warnings by
`put_notices`; one that is there already stays as it was told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from contract.levels import Level

NoticeTopic = Literal["outage", "bmkg"]
NOTICE_TOPICS: tuple[NoticeTopic, ...] = get_args(NoticeTopic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`seq` grows with each one of a city and is given by the store (0 until then). After `expires_us` it is no news.
    `event` is what those of one matter share; `node` whom it is about, "" where it is about an area alone. `regions`:
    codes of kelurahan or kecamatan. `update`: something was told of the event before. `text` is the sentence, `brief`
    has at most 160 GSM-7 septets, both in Indonesian and English. `credit`: whose word it is where it is not the
    city's own. `link`: the page that says more, from its slash on."""

    id: str
    city: str
    topic: NoticeTopic
    at_us: int
    event: str
    level: Level
    text: Mapping[str, str]
    brief: Mapping[str, str]
    seq: int = 0
    expires_us: int | None = None
    node: str = ""
    regions: tuple[str, ...] = ()
    update: bool = False
    credit: str = ""
    link: str = ""
