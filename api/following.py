"""How somebody follows a place: what they chose, the code that confirms it, their own link, and how it ends."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from api.context import Context
from api.language import say
from api.throttle import Throttle
from api.tokens import digest, fresh
from contract.clock import DAY_US, HOUR_US
from contract.errors import BadInput, Rejected
from contract.following import address_of, leave_path, start_link
from contract.gsm7 import plain
from contract.levels import Level
from contract.place_names import where_on
from contract.subscription import CHANNEL, LABEL_MOST, TOPICS, Subscription, Topic
from store.people import Deed
from store.ports import Outgoing

CITY = "*"
ACTOR = "resident"
PAUSES: Mapping[str, int] = {"jeda1": DAY_US, "jeda7": 7 * DAY_US}
LEVELS: tuple[Level, ...] = (Level.WASPADA, Level.SIAGA, Level.AWAS)
_PLACE_MOST = 40
"""letters of a place's name in a message of 160"""


@dataclass(frozen=True, slots=True)
class Spot:
    """What can be followed: `value` is how a form names it. The city has no place on the map."""

    value: str
    name: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form or a program asked for, as it was written."""

    place: str
    kind: str
    address: str
    language: str = "id"
    topics: Sequence[str] = ("flood",)
    level: str = "WASPADA"
    quiet: bool = True
    label: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it. `secret`: the link's, where it is confirmed; else `id` is what a code is given for, or `start`
    is the link by which a chat begins that confirms it."""

    id: str
    secret: str = ""
    start: str = ""
    wait_s: float | None = None


class Following:
    """Of one city."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.cities
        self._throttle = Throttle(context.city, context.people, context.clock)

    # ------------------------------------------------------------ what there is to follow

    def gauges(self) -> list[Spot]:
        """The city's, by name, without those that are not told to the public."""
        here = {one.node: one for one in self._store.placements(self._context.city) if one.audience == "public"}
        profile = self._context.profile
        found = []
        for node in profile.nodes:
            site = profile.site_of(node.node)
            if node.kind == "gauge" and node.node in here and site is not None and site.river:
                name = f"{site.river}: {where_on(site.river, site.name)}"
                found.append(Spot(f"g:{node.node}", name, site.lat, site.lon))
        return sorted(found, key=lambda one: one.name)

    def regions(self) -> list[tuple[Spot, list[Spot]]]:
        """Each kecamatan with its kelurahan, by name."""
        known = sorted(self._context.profile.regions, key=lambda one: one.name)
        spots = {one.code: Spot(f"r:{one.code}", one.name, one.lat, one.lon) for one in known}
        return [
            (spots[one.code], [spots[other.code] for other in known if other.parent == one.code])
            for one in known
            if one.level == "kecamatan"
        ]

    def name_of(self, one: Subscription, language: str) -> str:
        """What is followed, for people."""
        if one.whole_city:
            return say("follow_city", language, city=self._context.profile.name)
        names = {spot.value: spot.name for spot in self.gauges()}
        for kecamatan, kelurahan in self.regions():
            names[kecamatan.value] = say("follow_kecamatan", language, name=kecamatan.name)
            names |= {spot.value: spot.name for spot in kelurahan}
        values = (*(f"g:{node}" for node in one.gauges), *(f"r:{code}" for code in one.regions))
        return ", ".join(names.get(value, value[2:]) for value in values)

    # ------------------------------------------------------------ to begin

    def ask(self, wish: Wish, network: str) -> Asked:
        """Keep the wish. A browser that gave its own address is told from now on; any other address is sent a code.
        `network`: where it came from. Raises BadInput (where: place, kind, address, topics, level) and Rejected
        (too_many)."""
        now_us = self._context.clock.now_us()
        one = self._read(wish, now_us)
        wait_s = self._throttle.follow(network)
        if one.address:
            wait_s = wait_s or self._throttle.followed(f"{one.kind} {one.address}")
        if wait_s is not None:
            return Asked("", wait_s=wait_s)
        if one.kind == "telegram":
            return self._by_chat(one)
        if one.kind == "webpush":
            return self._by_browser(one, now_us)
        code = f"{secrets.randbelow(1_000_000):06d}"
        kept = self._store.put_subscription(
            one, "", self._deed("subscription.asked", one.id), code_digest=_code(one, code)
        )
        if kept.state != "pending":
            # Who writes somebody else's address here learns nothing of what it follows.
            self._send(kept, f"known/{fresh()}", "follow_known", left=f"{self._context.base_url}{leave_path(kept.id)}")
            return Asked(one.id)
        page = f"{self._context.base_url}/ikuti/kode/{kept.id}?kode={code}"
        self._send(kept, f"code/{fresh()}", "follow_code", code=code, page=page)
        return Asked(kept.id)

    def confirm(self, subscription_id: str, code: str, network: str) -> Asked:
        """The secret of a link where the code was right; `wait_s` where too many were given from there."""
        if (wait_s := self._throttle.link(network)) is not None:
            return Asked(subscription_id, wait_s=wait_s)
        waiting = self._store.subscription(self._context.city, subscription_id)
        if waiting is None or waiting.state != "pending":
            return Asked(subscription_id)
        found = self._store.subscription_by_code(self._context.city, _code(waiting, "".join(code.split())))
        if found is None or found.id != subscription_id:
            self._store.wrong_code(self._context.city, subscription_id)
            return Asked(subscription_id)
        secret = fresh()
        deed = self._deed("subscription.confirmed", subscription_id)
        self._store.confirm_subscription(self._context.city, subscription_id, deed, manage_digest=digest(secret))
        return Asked(subscription_id, secret)

    # ------------------------------------------------------------ afterwards

    def behind(self, secret: str) -> Subscription | None:
        """Whose link it is."""
        found = self._store.subscription_by_link(digest(secret))
        return found if found is not None and found.city == self._context.city else None

    def all_of(self, one: Subscription) -> Sequence[Subscription]:
        """Everything that the same address follows."""
        return self._store.subscriptions_at(one.city, one.kind, one.address) or [one]

    def alter(self, one: Subscription, word: str) -> bool:
        """Pause, go on, leave; False for a word that is none, or where there is nothing to do."""
        city, now_us = self._context.city, self._context.clock.now_us()
        if word in PAUSES:
            return self._store.pause_subscription(
                city, one.id, now_us + PAUSES[word], self._deed("subscription.paused", one.id)
            )
        if word == "lanjut":
            return self._store.resume_subscription(city, one.id, self._deed("subscription.resumed", one.id))
        if word == "berhenti":
            return self._store.leave_subscription(city, one.id, self._deed("subscription.left", one.id))
        return False

    def leave(self, subscription_id: str) -> bool:
        """By one tap in a message; False where there was nothing to leave."""
        return self._store.leave_subscription(
            self._context.city, subscription_id, self._deed("subscription.left", subscription_id)
        )

    # ------------------------------------------------------------ its parts

    def _read(self, wish: Wish, now_us: int) -> Subscription:
        kind = next((one for one in self._context.ways.offered if one == wish.kind), None)
        if kind is None:
            raise BadInput(f"nobody is told by {wish.kind!r} here", where="kind")
        gauges, regions, whole_city = self._place(wish.place)
        topics: frozenset[Topic] = frozenset(one for one in TOPICS if one in wish.topics)
        if not topics:
            raise BadInput("nothing is chosen", where="topics", remedy=f"Choose of {', '.join(TOPICS)}.")
        level = next((one for one in LEVELS if one.name == wish.level), None)
        if level is None:
            raise BadInput(f"{wish.level!r} is no level", where="level", remedy="WASPADA, SIAGA or AWAS.")
        language: Literal["id", "en"] = "en" if wish.language == "en" else "id"
        return Subscription(
            id=uuid4().hex,
            city=self._context.city,
            kind=kind,
            address=address_of(kind, wish.address) if kind != "telegram" else "",
            language=language,
            topics=topics,
            gauges=gauges,
            regions=regions,
            whole_city=whole_city,
            from_level=level,
            quiet_from_min=22 * 60 if wish.quiet else None,
            label=" ".join("".join(letter for letter in wish.label if letter.isprintable()).split())[:LABEL_MOST],
            created_us=now_us,
        )

    def _place(self, value: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        if value == CITY:
            return (), (), True
        if value in {one.value for one in self.gauges()}:
            return (value[2:],), (), False
        if value.startswith("r:") and any(one.code == value[2:] for one in self._context.profile.regions):
            return (), (value[2:],), False
        raise BadInput(f"{value!r} is no place of this city", where="place")

    def _by_browser(self, one: Subscription, now_us: int) -> Asked:
        """It gave an address that nobody else has, so that nothing is to be confirmed."""
        secret, city = fresh(), self._context.city
        kept = self._store.put_subscription(one, digest(secret), self._deed("subscription.asked", one.id))
        if kept.state == "pending":
            self._store.confirm_subscription(city, kept.id, self._deed("subscription.confirmed", kept.id))
        else:
            self._store.link_subscription(city, kept.id, digest(secret), self._deed("subscription.linked", kept.id))
            if not kept.told_at(now_us):
                self._store.resume_subscription(city, kept.id, self._deed("subscription.resumed", kept.id))
        return Asked(kept.id, secret)

    def _by_chat(self, one: Subscription) -> Asked:
        """Nobody knows the chat before it begins: who begins it by this link confirms it."""
        token = fresh()
        deed = self._deed("subscription.asked", one.id)
        self._store.put_subscription(one, "", deed, code_digest=start_digest(token))
        return Asked(one.id, start=start_link(self._context.ways.bot, token))

    def _send(self, one: Subscription, key: str, words: str, **values: str) -> None:
        now_us, city = self._context.clock.now_us(), self._context.profile
        brief = one.kind in {"sms", "whatsapp"}
        texts = {}
        for language in ("id", "en"):
            place = self.name_of(one, language)[:_PLACE_MOST]
            text = say(f"{words}_brief" if brief else words, language, city=city.name, place=place, **values)
            texts[language] = plain(text) if brief else text
        subject = {language: say("follow_subject", language, city=city.name) for language in ("id", "en")}
        body = {"subscription": one.id, "text": texts, "subject": subject}
        row = Outgoing(
            key=f"{CHANNEL}/{one.id}/{key}", city=one.city, channel=CHANNEL, event="", body=body,
            created_us=now_us, expires_us=now_us + HOUR_US,
        )  # fmt: skip
        self._store.put_outgoing([row])

    def _deed(self, what: str, subscription_id: str) -> Deed:
        return Deed(ACTOR, what, f"subscription/{subscription_id}", self._context.clock.now_us())


def _code(one: Subscription, code: str) -> str:
    return digest(f"{one.kind} {one.address} {code}")


def start_digest(token: str) -> str:
    """Under which the link is kept by which a chat begins."""
    return digest(f"start {token}")


def refusal(refused: Rejected) -> str:
    """The key of a sentence for it. Raises it again where nobody wrote one."""
    if refused.reason != "too_many":
        raise refused
    return "follow_too_many"
