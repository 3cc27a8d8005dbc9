"""Who follows what, by which channel, and whom a telling concerns. Pure.

A telling is a bulletin of the water or a notice, in the one shape in which it walks to those who follow. A message to
somebody who has not confirmed yet is an outbox row of the channel `CHANNEL`: its body is
`{"subscription": id, "text": {"id": …, "en": …}, "subject": {"id": …, "en": …}}`, and it is said by the subscription's
own kind, to its own address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from contract.bulletin import Bulletin
from contract.chain import kecamatan_of
from contract.city import Profile
from contract.impact import Impact, rw_key
from contract.levels import Level
from contract.notice import Notice
from contract.roles import within

ReachKind = Literal["webpush", "email", "telegram", "whatsapp", "sms", "ntfy"]
REACH_KINDS: tuple[ReachKind, ...] = get_args(ReachKind)
Topic = Literal["flood", "outage", "bmkg"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
SubscriptionState = Literal["pending", "active", "paused", "left", "bounced"]
SUBSCRIPTION_STATES: tuple[SubscriptionState, ...] = get_args(SubscriptionState)
"""pending: nobody has confirmed it yet · bounced: the address took nothing any more · left: the address is forgotten"""

CHANNEL = "subscribe"
ADDRESS_MOST = 10
"""subscriptions of one address"""
CODE_TRIES = 5
"""so often a wrong code may be given before the right one confirms nothing any more"""
PENDING_US = 48 * 3_600 * 1_000_000
"""what nobody has confirmed for so long is forgotten"""
LABEL_MOST = 60
AREAS_MOST = 30
"""gauges and regions of one subscription"""
_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`serial` grows with each one and is given by the store. `address`: an e-mail address, a number as E.164 has it, a
    Telegram chat, an ntfy topic's URL; of Web Push what the browser gave, `{"endpoint", "keys": {"auth", "p256dh"}}` as
    JSON with its keys sorted and no spaces; "" where nobody knows it yet or it is forgotten. `regions`: codes of
    kelurahan or kecamatan. `from_level`: the mildest level that is told. Quiet hours are minutes of the local day, None
    in `quiet_from_min` for none. `label` is the follower's own ("rumah Ibu di Terban"). `reason`: why it bounced."""

    id: str
    city: str
    kind: ReachKind
    address: str
    language: Literal["id", "en"]
    topics: frozenset[Topic]
    created_us: int
    serial: int = 0
    gauges: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    whole_city: bool = False
    from_level: Level = Level.WASPADA
    quiet_from_min: int | None = 22 * 60
    quiet_to_min: int = 5 * 60
    label: str = ""
    state: SubscriptionState = "pending"
    paused_until_us: int | None = None
    confirmed_us: int | None = None
    reason: str = ""

    @property
    def scope(self) -> str:
        """What is followed, as one word: an address follows the same once."""
        return "|".join((",".join(sorted(self.topics)), *sorted({*self.gauges, *self.regions}), "*" * self.whole_city))

    def told_at(self, at_us: int) -> bool:
        """Whether anything is told by then: confirmed, not left, and no pause holds."""
        if self.state == "paused":
            return self.paused_until_us is not None and at_us >= self.paused_until_us
        return self.state == "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What walks to those who follow. `seq` is the cursor of its own kind, bulletins or notices. `exempt`: the first
    message of a level, an order, a correction or an all-clear, which no limit and no quiet hour binds. `closing`: it
    takes back or ends what was told before, and is told whatever the level. `text` is the sentence, `brief` at most
    160 GSM-7 septets. `link`: the page that says more, from its slash on. `nodes`: those beside `node` whom it is
    about, as they stand in its regions."""

    id: str
    city: str
    topic: Topic
    seq: int
    at_us: int
    expires_us: int | None
    node: str
    regions: frozenset[str]
    level: Level
    event: str
    exempt: bool
    drill: bool
    text: Mapping[str, str]
    brief: Mapping[str, str]
    link: str
    order: bool = False
    closing: bool = False
    credit: str = ""
    nodes: frozenset[str] = frozenset()


def concerns(subscription: Subscription, telling: Telling) -> bool:
    """Whether it is told to them. Drills concern no resident. AWAS and orders pass every choice of a level, and what
    ends or takes back a warning, too: nobody is left with one that no longer holds. An outage has no level."""
    if telling.drill or telling.city != subscription.city or telling.topic not in subscription.topics:
        return False
    if not subscription.told_at(telling.at_us):
        return False
    grave = telling.order or telling.closing or telling.level is Level.AWAS or telling.topic == "outage"
    if not grave and subscription.from_level.worse_than(telling.level):
        return False
    if subscription.whole_city or (telling.node and telling.node in subscription.gauges):
        return True
    if not telling.nodes.isdisjoint(subscription.gauges):
        return True
    return any(_overlap(mine, theirs) for mine in subscription.regions for theirs in telling.regions)


def held_until_us(
    subscription: Subscription, telling: Telling, zone: str | ZoneInfo, *, now_us: int | None = None
) -> int | None:
    """When their quiet hours end, None where it may go now (`now_us`, or when it was told). What is exempt never
    waits."""
    start, end = subscription.quiet_from_min, subscription.quiet_to_min
    if telling.exempt or start is None or start == end:
        return None
    at_us = telling.at_us if now_us is None else now_us
    local = datetime.fromtimestamp(at_us / 1_000_000, ZoneInfo(zone) if isinstance(zone, str) else zone)
    minute = local.hour * 60 + local.minute
    if (minute - start) % _DAY_MIN >= (end - start) % _DAY_MIN:
        return None
    wakes = local.replace(hour=end // 60 % 24, minute=end % 60, second=0, microsecond=0)
    if minute >= end:
        wakes += timedelta(days=1)
    return round(wakes.timestamp()) * 1_000_000


def telling_of_bulletin(
    bulletin: Bulletin,
    profile: Profile,
    impacts: Iterable[Impact],
    *,
    seq: int = 0,
    earlier: Iterable[Bulletin] = (),
) -> Telling:
    """Of the water. It concerns the gauge's kecamatan, for nobody there is known to be safe, and the kelurahan of every
    RW that it names or that was surveyed at this gauge. `earlier`: what was said of the same incident before; a fact is
    the first of its level where none of these told one as grave. What only says again that it holds is exempt of
    nothing."""
    site = profile.site_of(bulletin.node)
    named = {*bulletin.regions, *(one.rw for one in impacts if one.gauge == bulletin.node)}
    regions = {code for rw in named for code in kelurahan_of(rw, profile)}
    if site is not None:
        regions.add(kecamatan_of(site.region))
    before = [one for one in earlier if one.incident == bulletin.incident and one.number < bulletin.number]
    first = all(bulletin.level.worse_than(one.level) for one in before if one.kind in {"fact", "order"})
    return Telling(
        id=bulletin.id,
        city=bulletin.city,
        topic="flood",
        seq=seq,
        at_us=bulletin.at_us,
        expires_us=bulletin.expires_us,
        node=bulletin.node,
        regions=frozenset(regions),
        level=bulletin.level,
        event=bulletin.event or bulletin.incident,
        exempt=not bulletin.renewal and (bulletin.kind != "fact" or bulletin.level.worse_than(Level.WASPADA) or first),
        drill=bulletin.drill,
        text=bulletin.text,
        brief=bulletin.sms,
        link=f"/siaran/{bulletin.id}",
        order=bulletin.kind == "order",
        closing=bulletin.kind in {"correction", "all_clear"},
    )


def telling_of_notice(notice: Notice, profile: Profile) -> Telling:
    """An outage is never urgent enough to wake anybody; the first word of another office's warning is, and its end
    waits for nothing. Such a warning concerns whoever follows a gauge in its area."""
    regions = set(notice.regions)
    site = profile.site_of(notice.node) if notice.node and not regions else None
    if site is not None:
        regions.add(site.region)
    return Telling(
        id=notice.id,
        city=notice.city,
        topic=notice.topic,
        seq=notice.seq,
        at_us=notice.at_us,
        expires_us=notice.expires_us,
        node=notice.node,
        regions=frozenset(regions),
        level=notice.level,
        event=notice.event,
        exempt=notice.topic == "bmkg" and (not notice.update or notice.level is Level.NORMAL),
        drill=False,
        text=notice.text,
        brief=notice.brief,
        link=notice.link,
        credit=notice.credit,
        closing=notice.update and notice.level is Level.NORMAL,
        nodes=frozenset(_gauges_in(notice.regions, profile)) if notice.topic == "bmkg" else frozenset(),
    )


def _gauges_in(regions: Sequence[str], profile: Profile) -> Iterable[str]:
    areas = {site.code: site.region for site in profile.sites}
    gauges = (one for one in profile.nodes if one.kind == "gauge" and one.site in areas)
    return (one.node for one in gauges if any(_overlap(code, areas[one.site]) for code in regions))


def kelurahan_of(rw: str, profile: Profile) -> Sequence[str]:
    """The codes of the kelurahan whose name an RW bears ("RW 04 Terban"), of several the longest names."""
    words = f" {rw_key(rw)} "
    named = [one for one in profile.regions if one.level == "kelurahan" and f" {rw_key(one.name)} " in words]
    longest = max((len(one.name) for one in named), default=0)
    return [one.code for one in named if len(one.name) == longest]


def _overlap(mine: str, theirs: str) -> bool:
    return within([mine], theirs) or within([theirs], mine)
