"""What becomes of a telling on its way to residents: one send a person and channel, and an honest word about its end.

waiting: to be said, or to be said again · accepted: the provider took it, and nobody knows more · delivered: the phone
said so · unknown: it went out, no answer came, and its time is over · failed: never, with the reason · expired: its
time was over before anybody took it · superseded: an update that a newer message of the same gauge made old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from contract.levels import Level
from contract.subscription import ReachKind, Telling

SendState = Literal["waiting", "accepted", "delivered", "unknown", "failed", "expired", "superseded"]
SEND_STATES: tuple[SendState, ...] = get_args(SendState)
RECEIPT_KINDS: frozenset[ReachKind] = frozenset({"webpush"})
"""whose phones say that it came"""
POST = "post"
"""stands where a subscription stands in what is posted once for all: a city's Telegram channel, a gauge's topic"""

EXEMPT, BOUND = 0, 1
"""ranks: what no limit binds goes first"""


class Share(NamedTuple):
    """Of a city's sends, those whose number leaves `first` or more, and less than `end`, when it is divided by `of`."""

    first: int
    end: int
    of: int

    @property
    def part(self) -> float:
        """Of everything, above 0 to 1."""
        return (self.end - self.first) / self.of


WHOLE = Share(0, 1, 1)
_LEADS, _SENDS = 5, 8
"""what the process that also walks sends, beside what each other does (`python -m benchmarks.reaching`)"""


def share_of(number: int, senders: int) -> Share:
    """What the process of that number sends, of so many; 0 is the one that leads."""
    end = _LEADS + _SENDS * number
    return Share(end - _SENDS if number else 0, end, _LEADS + _SENDS * (senders - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message to one person. `subscription` is POST for what everybody may read. `attempts`: how often it was tried
    before; `doubtful`: at least once it went out and no answer came back. `token`: what the phone's receipt names."""

    key: str
    telling: str
    thread: str
    subscription: str
    kind: ReachKind
    rank: int
    not_before_us: int
    expires_us: int | None
    token: str = ""
    id: int = 0
    attempts: int = 0
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A send that may go out now, with where it goes. `address` is "" where nobody is reached there any more."""

    send: Send
    address: str
    language: Literal["id", "en"]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of an attempt. `reason` is a word, `said` what the other side answered; `not_before_us` where it is
    tried again. `bounced`: the address is none any more. `attempted`: it was tried, and not only put off."""

    send: Send
    state: SendState
    reason: str = ""
    said: str = ""
    not_before_us: int = 0
    doubtful: bool = False
    bounced: bool = False
    attempted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far a telling has come through those who follow: per kind the serial after which it goes on. `rests_us`: what
    is bound does not go out before."""

    telling: Telling
    rests_us: int = 0
    cursors: Mapping[str, int] = field(default_factory=dict)
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many sends of a telling stand where, by channel. `last_us`: when the last of them came there, 0 where nobody
    kept it."""

    telling: str
    kind: ReachKind
    state: SendState
    reason: str
    count: int
    last_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A telling on the staff's page. `done`: it has come past all who follow. `begun_us`: when it began to go out;
    `taken_us`: when a channel's provider last took one, as far as anybody kept it."""

    telling: Telling
    done: bool
    tallies: tuple[Tally, ...]
    begun_us: int = 0
    taken_us: Mapping[ReachKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """A provider as pages know it: without its secrets. `budget_day`: messages a day, None where nobody counts.
    `posts`: whether it also posts once for everybody."""

    kind: ReachKind
    rate_per_s: float
    budget_day: int | None = None
    posts: bool = False


def thread_of(telling: Telling) -> str:
    """What follows each other: the messages of one event at one gauge. An outage is one, however many points it has."""
    return f"{telling.event}/{telling.node if telling.topic == 'flood' else ''}"


def send_key(telling: Telling, subscription: str, kind: ReachKind) -> str:
    """The same message to the same person always has the same key."""
    return f"{telling.id}/{subscription}/{kind}" if subscription == POST else f"{telling.id}/{subscription}"


def binds(telling: Telling) -> bool:
    """Whether limits and quiet hours bind it: updates of WASPADA, and of outages, and nothing else."""
    return not telling.exempt and (telling.topic == "outage" or telling.level >= Level.WASPADA)


_PLAIN = (
    "id",
    "city",
    "topic",
    "seq",
    "at_us",
    "expires_us",
    "node",
    "event",
    "exempt",
    "drill",
    "link",
    "order",
    "closing",
    "credit",
)


def values_of(telling: Telling) -> dict[str, Any]:
    """Plain values, as they are kept."""
    return {name: getattr(telling, name) for name in _PLAIN} | {
        "regions": sorted(telling.regions),
        "nodes": sorted(telling.nodes),
        "level": int(telling.level),
        "text": dict(telling.text),
        "brief": dict(telling.brief),
    }


def telling_from(values: Mapping[str, Any]) -> Telling:
    """Out of plain values."""
    sets = {"regions": frozenset(values["regions"]), "nodes": frozenset(values.get("nodes", ()))}
    return Telling(**{**values, **sets, "level": Level(values["level"])})
