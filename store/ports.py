"""The two ports of store/: readings, and everything a city knows beside them.

Both raise `contract.errors.Unavailable` when the database is away (keep and try again) and `Rejected` for what it
will never take. Whatever returns has been committed to stable storage.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from contract.bulletin import Bulletin
from contract.city import Link, NodeKind, Profile
from contract.forecast import Forecast
from contract.incident import Change, Incident, Subject
from contract.kinds import KindName
from contract.messages import Birth, ClockTrust, Status
from contract.notice import Notice
from contract.quality import Quality
from contract.travel import Travel
from store.cases import CaseStore
from store.chain import ChainStore
from store.decisions import DecisionStore
from store.duty import DutyStore
from store.filings import FilingStore
from store.impacts import ImpactStore
from store.inbound import InboundStore
from store.judgements import JudgementStore
from store.notices import NoticeStore
from store.people import AuditLog, Deed, PeopleStore
from store.photos import PhotoStore
from store.phrases import PhraseStore
from store.sends import SendStore
from store.situations import SituationStore
from store.staging import StageStore
from store.subscriptions import SubscriptionStore
from store.takedowns import TakedownStore
from store.weather import WeatherStore

Scalar = bool | int | float | str


# ---------------------------------------------------------------- readings


class Series(NamedTuple):
    """One sensor's readings of one kind."""

    city: str
    node: str
    sensor: str
    kind: KindName


class Row(NamedTuple):
    """A reading as it is kept. `values` holds only fields that were measured. Identity is (node, epoch, seq)."""

    series: Series
    region: str
    observed_us: int
    received_us: int
    epoch: str
    seq: int
    trust: ClockTrust
    quality: Quality
    checks: Mapping[str, int]
    values: Mapping[str, Scalar]


class Refused(NamedTuple):
    """A row the store will never take, and why in its own words."""

    row: Row
    reason: str
    time_taken: bool = False


class Bucket(NamedTuple):
    """Five minutes of one field of one series, from good and unknown readings only."""

    start_us: int
    n: int
    mean: float
    low: float
    high: float
    last: float


class Ledger(NamedTuple):
    """What a store holds of one node's epoch: rows, and distinct seqs. They differ where something was kept twice."""

    node: str
    epoch: str
    rows: int
    distinct: int


class ReadingStore(Protocol):
    """Readings, idempotent by (series, observed_us) with the same identity."""

    def write(self, rows: Sequence[Row]) -> Sequence[Refused]:
        """Keep rows durably; return those refused for ever (everything else is kept).

        The same row again is no error and changes nothing. Another identity at a series' taken time is refused with
        `time_taken`. Raises Unavailable where nothing can be said of the rows: write them again.
        """

    def latest(self, city: str, kind: KindName | None = None) -> Sequence[Row]:
        """The newest row of each series by observed time, at most one each."""

    def between(self, series: Series, start_us: int, end_us: int, *, limit: int = 50_000) -> Sequence[Row]:
        """Rows with start_us <= observed_us < end_us in observed order; the newest `limit` of them."""

    def received_since(self, city: str, received_us: int, *, limit: int = 10_000) -> Sequence[Row]:
        """Rows with received_us >= the given one, ordered by (received_us, node, epoch, seq), for catching up.

        At most `limit` rows, but never a part of the rows that share the last received_us.
        """

    def five_minutes(self, series: Series, field: str, start_us: int, end_us: int) -> Sequence[Bucket]:
        """The roll-up, recomputed from raw for every window a write touched."""

    def ledger(self, city: str) -> Sequence[Ledger]:
        """Counted by reading the rows, for every (node, epoch) of the city."""

    def ping(self) -> None:
        """Raises Unavailable with a sentence for people."""

    def close(self) -> None: ...


# ---------------------------------------------------------------- city data


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a node is now, as ingest and the pages need it."""

    city: str
    node: str
    kind: NodeKind
    name: str
    site: str
    site_name: str
    region: str
    lat: float
    lon: float
    river: str
    river_km: float
    uplink: str
    audience: Literal["shadow", "staff", "public"]
    """who is told of it now: the narrower of what the city's files allow and what was promoted"""
    sensors: Mapping[str, tuple[KindName, float]]
    """sensor -> (kind, period_s); empty until a profile or a birth says more"""
    link: Link | Literal[""] = ""
    """how it speaks to the city, empty where nobody knows"""
    power: str = ""
    """the feeder that its site hangs on, empty where it is not known"""


@dataclass(frozen=True, slots=True)
class Presence:
    """What a node last said of itself."""

    node: str
    online: bool
    birth_no: int
    since_us: int
    boot: str
    epoch: str
    firmware: str
    sensors: Mapping[str, tuple[KindName, float]]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A node that speaks and is not in the registry. Its readings wait at the node."""

    city: str
    node: str
    first_us: int
    last_us: int
    birth_json: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that could not be accepted. `payload` is kept as it came, cut at 64 KiB."""

    city: str
    node: str
    received_us: int
    topic: str
    reason: str
    detail: str
    payload: bytes
    epoch: str = ""
    seq: int = 0
    id: int = 0
    adopted_us: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to be a city's one engine. `fence` grows with every new holder; a write with an old fence fails."""

    city: str
    holder: str
    fence: int
    until_us: int


OVERFLOW = "overflow"
"""under this name stands, among what is noted of events, how many of them are held back"""
Cause = Literal["", "power", "uplink", "site", "node", "unknown"]


@dataclass(frozen=True, slots=True)
class Event:
    """Incidents that are one thing to people: a river's flood, a dead uplink. `recurs` is the event before it.
    `cause`: what an outage is put down to by the silence of all that hangs on it; empty for what has no such tree."""

    id: str
    city: str
    subject: Subject
    rule: str
    group: str
    name: str
    opened_us: int
    closed_us: int | None = None
    recurs: str | None = None
    cause: Cause = ""

    @property
    def shared(self) -> bool:
        """Whether it is one trouble of several points, whatever may be its cause."""
        return self.group.startswith(("power/", "uplink/", "site/"))

    @property
    def spares_points(self) -> bool:
        """Whether what its points hang on is to blame: the time does not count against their own uptime."""
        return self.cause in {"power", "uplink", "site"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A thing to be said, once decided. `key` makes saying it twice harmless; `order` keeps one event's in order."""

    key: str
    city: str
    channel: str
    event: str
    body: Mapping[str, Any]
    created_us: int
    not_before_us: int = 0
    expires_us: int | None = None
    attempts: int = 0
    id: int = 0


class SigningKey(NamedTuple):
    """The public half of a key that signs bulletins, in base64."""

    id: str
    public: str
    since_us: int


@dataclass(frozen=True, slots=True)
class EngineCommit:
    """Everything one step of the engine decided; it is kept whole or not at all."""

    incidents: Sequence[Incident] = ()
    changes: Sequence[Change] = ()
    events: Sequence[Event] = ()
    outgoing: Sequence[Outgoing] = ()
    snapshot: bytes | None = None
    watermark_us: int | None = None
    said: Sequence[str] = ()
    """incidents of which what was held back is said by now"""
    tellings: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    """event -> what has been told of it and what waits, None to forget it"""
    flat_lines: Mapping[str, int] | None = None
    """gauges in doubt, for in a flood they stand still though the water moves -> since when; None: as it was"""
    forecasts: Sequence[Forecast] = ()
    """what people were told to expect; known ones anew with what came of it"""
    bulletins: Sequence[Bulletin] = ()
    """what the public is told of the water; one that is there already stays as it was said"""
    notices: Sequence[Notice] = ()
    """what residents are told beside that; so, too"""


class CityStore(
    PeopleStore,
    AuditLog,
    StageStore,
    JudgementStore,
    DecisionStore,
    ImpactStore,
    SituationStore,
    TakedownStore,
    DutyStore,
    ChainStore,
    PhraseStore,
    NoticeStore,
    SubscriptionStore,
    InboundStore,
    SendStore,
    WeatherStore,
    CaseStore,
    FilingStore,
    PhotoStore,
    Protocol,
):
    """City data: registry, presence, quarantine, incidents, events, cases, outbox, lease; people and what they did."""

    # rivers
    def keep_travels(self, city: str, learned: Sequence[Travel], now_us: int, deed: Deed | None = None) -> None:
        """What the city's history teaches of the water's way between its gauges, instead of all that was kept before.
        What was not learned is not kept: there the city's own word stands. The `deed` is kept in the same
        transaction."""

    def travels(self, city: str) -> Sequence[Travel]:
        """What was kept last."""

    def forecasts(self, city: str, since_us: int) -> Sequence[Forecast]:
        """What people were told since then to expect below a gauge, the oldest first. They come by `commit`; one that
        has been held against the water stays as it is."""

    def open_forecasts(self, city: str) -> Sequence[Forecast]:
        """Those that have yet to be held against the water, the oldest first."""

    # what the public was told; bulletins come by `commit`
    def bulletins(
        self,
        city: str,
        *,
        since_us: int = 0,
        event: str | None = None,
        incident: str | None = None,
        drill: bool | None = None,
        limit: int = 1_000,
    ) -> Sequence[Bulletin]:
        """Newest first; those of one incident in the order of their numbers, the last first."""

    def bulletin(self, bulletin_id: str) -> Bulletin | None: ...

    def cap_alert(self, bulletin: str) -> bytes | None:
        """The bulletin's CAP alert as it was first handed out; None where nobody has asked for it yet."""

    def keep_cap_alert(self, city: str, bulletin: str, document: bytes, now_us: int) -> bytes:
        """What is handed out from now on: this document, or the one that somebody kept before."""

    def note_signing_key(self, city: str, key: SigningKey) -> None:
        """Remember the public half of a key that signs from now on; known ones stay as they are."""

    def signing_keys(self, city: str) -> Sequence[SigningKey]:
        """All that ever signed, the newest first."""

    # registry; a `deed` is kept in the same transaction, where anything was changed
    def put_profile(self, profile: Profile, now_us: int, deed: Deed | None = None) -> None:
        """Make the registry hold this city: upserts regions, agencies, categories, sites, nodes; a node that moved
        gets a new placement from `now_us` on, the old one stays in history. Rows of its impact table are taken as
        `ImpactStore` says."""

    def placements(self, city: str) -> Sequence[Placement]:
        """All nodes of a city where they stand now."""

    def region_at(self, city: str, node: str, observed_us: int) -> str | None:
        """The region of the placement that was valid when a reading was observed."""

    def registry_version(self, city: str) -> int:
        """Grows with every change of the registry, so that a reader may cache it."""

    def put_boundaries(self, city: str, boundaries: Mapping[str, str], now_us: int, deed: Deed | None = None) -> None:
        """Region code -> GeoJSON geometry as text."""

    def boundaries(self, city: str) -> Mapping[str, str]: ...

    def note_stranger(self, stranger: Stranger, *, per_city_limit: int = 1_000) -> int:
        """Remember that an unknown node spoke; `first_us` of an earlier note stays. Beyond the limit those that have
        been silent longest are forgotten, with what they said of themselves: returns how many."""

    def strangers(self, city: str) -> Sequence[Stranger]: ...

    def adopt(self, city: str, node: str, site: str, kind: NodeKind, now_us: int, deed: Deed | None = None) -> None:
        """Put a stranger into the registry at a known site. Raises Rejected where site or stranger do not exist."""

    # presence; of nodes outside the registry so many a city, beyond which the one that changed longest ago is forgotten
    def note_birth(self, birth: Birth, now_us: int) -> None:
        """Newest birth of a node; an older `birth_no` changes nothing."""

    def note_status(self, status: Status, now_us: int) -> None:
        """An offline counts only for the birth it names."""

    def presences(self, city: str) -> Mapping[str, Presence]: ...

    # quarantine
    def quarantine(
        self, items: Sequence[Quarantined], *, per_node_limit: int = 1_000, per_city_limit: int = 10_000
    ) -> int:
        """Keep what could not be accepted; beyond the limits the oldest unadopted go first: a node's, and a city's, of
        which those under names outside the registry go before all others. Returns how many were pushed out. The same
        (node, epoch, seq, reason) again replaces the earlier one, unless that was adopted."""

    def quarantined(self, city: str, node: str | None = None, *, limit: int = 100) -> Sequence[Quarantined]:
        """Newest first."""

    def quarantined_item(self, city: str, item_id: int) -> Quarantined | None: ...

    def quarantine_counts(self, city: str) -> Mapping[tuple[str, str], int]:
        """(node, reason) -> how many are kept and not adopted."""

    def mark_adopted(self, ids: Sequence[int], now_us: int) -> None: ...

    def refused_seqs(self, city: str) -> Mapping[tuple[str, str], int]:
        """(node, epoch) -> distinct refused seqs kept, for the ledger."""

    # engine
    def lease(self, city: str, holder: str, now_us: int, ttl_s: float) -> Lease | None:
        """Take or extend the lease. None while another holder's is not over."""

    def release(self, lease: Lease) -> None: ...

    def commit(self, lease: Lease, commit: EngineCommit) -> None:
        """One transaction. Raises Rejected(reason="fenced") where a newer lease exists: this holder must stop.

        An open (city, rule, entity) is unique; an incident or an outgoing key that already exists is updated or left
        alone, never doubled. Event times of changes are kept as given.
        """

    def tellings(self, city: str) -> Mapping[str, Mapping[str, Any]]:
        """What the engine noted of what it has told, by event."""

    def held_back(self, city: str) -> int:
        """How many events wait to be told because too much is told already, as the engine last said it."""

    def telling_incidents(self, city: str) -> Sequence[Incident]:
        """All incidents, also those that are over, of the events that something is noted of; the oldest first."""

    def engine_snapshot(self, city: str) -> tuple[bytes, int] | None:
        """The last snapshot and its watermark_us."""

    def open_incidents(self, city: str) -> Sequence[Incident]: ...

    def incident(self, incident_id: str) -> Incident | None: ...

    def incidents(self, city: str, since_us: int = 0, *, limit: int = 1_000) -> Sequence[Incident]:
        """Newest opened first."""

    def incidents_about(self, city: str, entity: str, from_us: int, to_us: int) -> Sequence[Incident]:
        """Those of an entity that were going on at any moment from `from_us` to `to_us`, counted from the first sample
        of each to its end; the oldest first."""

    def incidents_of(self, event: str) -> Sequence[Incident]: ...

    def changes_of(self, event: str) -> Sequence[Change]:
        """All changes of all incidents of an event, in order of said_us and number."""

    def open_changes(self, city: str) -> Mapping[str, Sequence[Change]]:
        """Open incident -> all of its changes, in their order; of however many, in one question."""

    def held_changes(self, city: str) -> Sequence[Change]:
        """What is held back of open events, in order of incident and number."""

    def event(self, event_id: str) -> Event | None: ...

    def events(self, ids: Collection[str]) -> Mapping[str, Event]:
        """Those of these that there are, by id; however many, in few questions."""

    def flat_lines(self, city: str) -> Mapping[str, int]:
        """The gauges whose numbers are in doubt for they stand still -> since when, as the engine last said it."""

    def last_event(self, city: str, rule: str, group: str) -> Event | None:
        """The newest event of a group, open or closed."""

    # outbox
    def put_outgoing(self, outgoing: Sequence[Outgoing]) -> None: ...

    def due(
        self, city: str, now_us: int, *, only: str | None = None, beside: Sequence[str] = (), limit: int = 100
    ) -> Sequence[Outgoing]:
        """What waits to be said, oldest first; of one (channel, event) only the oldest, so that order is kept, but of
        what goes to persons all: who does not pick up must not keep the next one asleep.
        `only` one channel's, or everything `beside` these channels: what one receiver owes holds up no other."""

    def delivered(self, outgoing_id: int, now_us: int, receipt: str) -> None: ...

    def postponed(self, outgoing_id: int, not_before_us: int, error: str) -> None:
        """Try again later; counts an attempt."""

    def abandoned(self, outgoing_id: int, now_us: int, error: str) -> None:
        """Never again: kept with its reason, shown to operators."""

    def outbox_depth(self, city: str) -> tuple[int, int]:
        """(waiting, abandoned)."""

    # desk

    # the house
    def ping(self) -> None:
        """Raises Unavailable with a sentence for people."""

    def close(self) -> None: ...
