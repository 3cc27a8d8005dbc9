"""BMKG's feed and its CAP 1.2 alerts as plain values. Pure, and strict about what it reads.

The only foreign XML that the product reads. No document type is let in, and with it no entity: what names one is
refused before a parser sees it, by a text that is UTF-8 and nothing else. Nothing is fetched, and size and depth have
an end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any

from lxml import etree

from contract.clock import to_us
from contract.errors import BadInput
from contract.weather import SEVERITIES, Severity

LONGEST = 2 * 1024 * 1024
"""bytes of one document"""
ITEMS_MOST = 200
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BANNED = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_WORD_MOST, _TEXT_MOST = 200, 4_000
_LANGUAGE = re.compile(r"^(id|in|en)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the feed. `stamp` changes where the alert behind the link does."""

    link: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Info:
    """What an alert says in one language. Rings are of (longitude, latitude), circles (longitude, latitude, km)."""

    event: str = ""
    headline: str = ""
    description: str = ""
    severity: Severity = "Unknown"
    certainty: str = ""
    urgency: str = ""
    onset_us: int | None = None
    expires_us: int | None = None
    web: str = ""
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    unread: int = 0
    """shapes that nobody can read"""


@dataclass(frozen=True, slots=True)
class Alert:
    """One CAP message. `infos` by `id` and `en`, as far as it has them."""

    id: str
    sender: str
    sent_us: int
    status: str
    kind: str
    scope: str
    references: tuple[str, ...] = ()
    infos: Mapping[str, Info] = field(default_factory=dict)

    @property
    def info(self) -> Info:
        """What it says, in Indonesian where it can."""
        return self.infos.get("id") or self.infos.get("en") or Info()


def read_feed(body: bytes) -> list[Item]:
    """The alerts that an RSS feed leads to, in its order. Raises BadInput."""
    root = _root(body)
    if root.tag != "rss":
        raise BadInput(f"a feed is <rss>, this is <{_tag(root)}>", remedy="Check the address of the feed.")
    found = []
    for item in root.iterfind("channel/item"):
        link = _said(item, "link")
        if link:
            found.append(Item(link, " ".join(filter(None, (_said(item, "guid"), _said(item, "pubDate"))))))
    if len(found) > ITEMS_MOST:
        raise BadInput(f"the feed has {len(found)} alerts, more than {ITEMS_MOST}", remedy="Check its address.")
    return found


def read_alert(body: bytes) -> Alert:
    """One CAP 1.2 alert. Raises BadInput where it is none, or lacks what it cannot be without."""
    root = _root(body)
    if root.tag != f"{CAP}alert":
        raise BadInput(f"an alert is <alert> of CAP 1.2, this is <{_tag(root)}>")
    told = {name: _said(root, CAP + name) for name in ("identifier", "sender", "sent", "status", "msgType", "scope")}
    for name in ("identifier", "sent", "status", "msgType"):
        if not told[name]:
            raise BadInput(f"the alert has no <{name}>")
    infos: dict[str, Info] = {}
    for element in root.iterfind(f"{CAP}info"):
        infos.setdefault(_language(_said(element, f"{CAP}language")), _info(element))
    return Alert(
        id=told["identifier"],
        sender=told["sender"],
        sent_us=_time(told["sent"], "sent"),
        status=told["status"],
        kind=told["msgType"],
        scope=told["scope"],
        references=tuple(
            part.split(",")[1] for part in _text(root, f"{CAP}references").split() if part.count(",") == 2
        ),
        infos=infos,
    )


def _info(element: Any) -> Info:
    """An onset that is not said is when it takes effect."""
    severity = _said(element, f"{CAP}severity")
    onset = _said(element, f"{CAP}onset") or _said(element, f"{CAP}effective")
    expires = _said(element, f"{CAP}expires")
    rings, circles, unread = [], [], 0
    for area in element.iterfind(f"{CAP}area"):
        for shape in area.iterfind(f"{CAP}polygon"):
            ring = _ring(shape.text or "")
            rings += [ring] if ring else []
            unread += not ring
        for shape in area.iterfind(f"{CAP}circle"):
            circle = _circle(shape.text or "")
            circles += [circle] if circle else []
            unread += circle is None
    return Info(
        event=_said(element, f"{CAP}event"),
        headline=_said(element, f"{CAP}headline"),
        description=_text(element, f"{CAP}description"),
        severity=next((one for one in SEVERITIES if one == severity), "Unknown"),
        certainty=_said(element, f"{CAP}certainty"),
        urgency=_said(element, f"{CAP}urgency"),
        onset_us=_time(onset, "onset") if onset else None,
        expires_us=_time(expires, "expires") if expires else None,
        web=web if (web := _said(element, f"{CAP}web")).startswith("https://") else "",
        rings=tuple(rings),
        circles=tuple(circles),
        unread=unread,
    )


def _ring(text: str) -> tuple[tuple[float, float], ...]:
    """Pairs of latitude and longitude; empty where they are no area. A ring that is not closed is closed later."""
    points = [_point(pair) for pair in text.split()]
    read = tuple(point for point in points if point is not None)
    return read if len(read) == len(points) and len(set(read)) >= 3 else ()


def _circle(text: str) -> tuple[float, float, float] | None:
    place, _, radius = text.strip().partition(" ")
    point, km = _point(place), _number(radius)
    return None if point is None or km is None or not 0 < km <= 1_000 else (*point, km)


def _point(pair: str) -> tuple[float, float] | None:
    lat, comma, lon = pair.partition(",")
    found = _number(lat), _number(lon)
    if not comma or found[0] is None or found[1] is None or abs(found[0]) > 90 or abs(found[1]) > 180:
        return None
    return found[1], found[0]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _time(text: str, name: str) -> int:
    try:
        return to_us(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise BadInput(f"<{name}> is {text!r}, which is no time with a zone") from None


def _language(text: str) -> str:
    """CAP's own default is English; BMKG's messages without a language are Indonesian."""
    found = _LANGUAGE.match(text)
    return "en" if found is not None and found[0].lower() == "en" else "id"


def _said(element: Any, name: str) -> str:
    """A child's text on one line."""
    return " ".join(_text(element, name).split())[:_WORD_MOST]


def _text(element: Any, name: str) -> str:
    return (element.findtext(name) or "").strip()[:_TEXT_MOST]


def _tag(element: Any) -> str:
    return str(etree.QName(element).localname)[:40]


def _root(body: bytes) -> Any:
    if len(body) > LONGEST:
        raise BadInput(f"the answer is longer than {LONGEST // 2**20} MB and is not read")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start} is not UTF-8") from None
    begin = text.lstrip()[:200].lower()
    if begin.startswith(("<!doctype html", "<html")):
        raise BadInput("a web page came instead of XML", remedy="Often that is a wall that asks who we are; it passes.")
    if "\0" in text or _BANNED.search(text):
        raise BadInput("it has a document type or an entity, and is not read")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(_DECLARATION.sub("", text, count=1).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BadInput(f"this is no XML: {error.msg}") from None
