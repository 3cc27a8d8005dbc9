"""Figures of one city for Prometheus, read from the stores when asked. Never a label per node: that is unbounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from api.alarms import ANSWERS, read_alarms
from api.context import Context
from api.gauges import Gauge, gauges_of
from api.hurried import read_slow
from api.snapshot import Snapshot, load
from api.status import NodeState
from api.weather_page import feed_of
from contract.clock import SECOND_US
from contract.errors import Unavailable
from contract.incident import State
from contract.reach_shown import day_of
from store.filings import FILING_STATES

_STATES = (State.FIRING.value, State.RECOVERING.value)
_SEVERITIES = ("info", "warning", "critical")
_INGEST = ("messages", "stored", "refused", "held", "garbage", "over_rate", "unanswered", "left", "failed_turns")
_INGEST_HELP = "what ingest has counted; `left`: messages left with nodes that say more than their rate"


class CityCollector(Collector):
    """Collected at every scrape. A store that is away is itself a figure; the rest is then left out."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def describe(self) -> Iterable[Any]:
        """Nothing is read at registration."""
        return ()

    def collect(self) -> Iterator[Any]:
        up = GaugeMetricFamily("siaga_stores_up", "1 while both stores answer", labels=["city"])
        try:
            families = list(self._of_stores())
        except Unavailable:
            up.add_metric([self._context.city], 0)
            families = []
        else:
            up.add_metric([self._context.city], 1)
        yield up
        yield from families
        yield from self._of_ingest()
        yield from self._of_alerts()
        if self._context.metrics is not None:
            yield from self._context.metrics()

    def _of_ingest(self) -> Iterator[Any]:
        """What the ingest of this machine has counted since it began; nothing where it runs on another one."""
        counted = self._context.status().get("ingest") if self._context.status is not None else None
        if not isinstance(counted, Mapping):
            return
        family = CounterMetricFamily("siaga_ingest", _INGEST_HELP, labels=["city", "what"])
        for what in _INGEST:
            if what in counted:
                family.add_metric([self._context.city, what], counted[what])
        yield family

    def _of_alerts(self) -> Iterator[Any]:
        """What the engine of this machine has counted since it began; nothing where it runs on another one."""
        counted = self._context.status().get("alerts") if self._context.status is not None else None
        if isinstance(counted, Mapping) and "not_believed" in counted:
            family = CounterMetricFamily(
                "siaga_readings_not_believed", "readings that jumped alone and were never there", labels=["city"]
            )
            family.add_metric([self._context.city], counted["not_believed"])
            yield family

    def _alarms(self, now_us: int) -> GaugeMetricFamily:
        """As the operator's table counts them; where there are none, that is said."""
        context = self._context
        family = GaugeMetricFamily(
            "siaga_alarms",
            "open alarms by state, severity (unknown: the rule is gone) and whether somebody answered",
            labels=["city", "state", "severity", "answer"],
        )
        severities = {one.id: one.severity for one in context.cities.pack_rules(context.city)}
        counts = Counter(dict.fromkeys(product(_STATES, _SEVERITIES, ANSWERS), 0))
        counts.update(
            (one.incident.state.value, severities.get(one.incident.rule, "") or "unknown", one.answer)
            for one in read_alarms(context, now_us).open
        )
        for labels, count in sorted(counts.items()):
            family.add_metric([context.city, *labels], count)
        return family

    def _of_stores(self) -> Iterator[Any]:
        context = self._context
        city = context.city
        snapshot = load(context, context.clock.now_us())
        yield _nodes(city, snapshot)
        incidents = GaugeMetricFamily(
            "siaga_open_incidents", "incidents that are open, of every audience", labels=["city", "subject", "no_data"]
        )
        open_now = Counter((one.subject, one.no_data) for one in context.cities.open_incidents(city))
        for (subject, no_data), count in sorted(open_now.items()):
            incidents.add_metric([city, subject, str(no_data).lower()], count)
        yield incidents
        waiting, abandoned = context.cities.outbox_depth(city)
        outbox = GaugeMetricFamily("siaga_outbox", "things to be said", labels=["city", "state"])
        outbox.add_metric([city, "waiting"], waiting)
        outbox.add_metric([city, "abandoned"], abandoned)
        yield outbox
        held_back = GaugeMetricFamily(
            "siaga_held_back", "events that wait to be told because too much is told already", labels=["city"]
        )
        held_back.add_metric([city], context.cities.held_back(city))
        yield held_back
        yield from _weather(context, snapshot.now_us)
        yield from _reach(context, snapshot.now_us)
        yield from _systems(context)
        yield self._alarms(snapshot.now_us)
        yield _in_doubt(city, gauges_of(context.profile, snapshot))
        slow = GaugeMetricFamily(
            "siaga_not_hurried", "sensors that send less than half of what a flood asks of them", labels=["city"]
        )
        slow.add_metric([city], len(read_slow(context, snapshot.now_us)))
        yield slow
        quarantine = GaugeMetricFamily("siaga_quarantined", "messages kept and not accepted", labels=["city", "reason"])
        reasons: Counter[str] = Counter()
        for (_, reason), count in context.cities.quarantine_counts(city).items():
            reasons[reason] += count
        for reason, count in sorted(reasons.items()):
            quarantine.add_metric([city, reason], count)
        yield quarantine
        yield _ages(city, snapshot)


def _weather(context: Context, now_us: int) -> Iterator[GaugeMetricFamily]:
    """BMKG's feed, where it is asked."""
    feed = feed_of(context, now_us)
    if feed is not None and feed.heard_us is not None:
        age = GaugeMetricFamily(
            "siaga_weather_feed_age_seconds", "since BMKG's feed of weather warnings was last heard", labels=["city"]
        )
        age.add_metric([context.city], (now_us - feed.heard_us) / SECOND_US)
        yield age


def _reach(context: Context, now_us: int) -> Iterator[GaugeMetricFamily]:
    """What goes to residents, by channel: of the channels that are carried, and of those that something waits for."""
    city, waiting = context.city, context.cities.waiting_sends(context.city)
    spent = context.cities.reach_spent(city, day_of(now_us, ZoneInfo(context.profile.zone)))
    kinds = sorted({*waiting, *spent, *(one.kind for one in context.providers)})
    if not kinds:
        return
    held = context.cities.deliverer(city)
    families = (
        ("siaga_reach_waiting", "messages to residents that are still to go out", waiting),
        ("siaga_reach_taken_today", "messages that a channel's provider took since the city's midnight", spent),
    )
    for name, says, counts in families:
        family = GaugeMetricFamily(name, says, labels=["city", "channel"])
        for kind in kinds:
            family.add_metric([city, kind], counts.get(kind, 0))
        yield family
    carried = GaugeMetricFamily("siaga_reach_up", "1 while a process sends to residents", labels=["city"])
    carried.add_metric([city], int(held is not None and held.until_us > now_us))
    yield carried


def _systems(context: Context) -> Iterator[GaugeMetricFamily]:
    """The city's own complaint systems, where a file names any: what stands where, and whether they answer."""
    if not context.systems:
        return
    city, counts = context.city, context.cities.filing_counts(context.city)
    away = {one.system for one in context.cities.feeds(city) if one.said}
    filed = GaugeMetricFamily(
        "siaga_filings", "cases in the city's own complaint systems, by state", labels=["city", "system", "state"]
    )
    up = GaugeMetricFamily(
        "siaga_system_up", "1 while one of the city's own complaint systems answers", labels=["city", "system"]
    )
    for info in context.systems:
        for state in FILING_STATES:
            filed.add_metric([city, info.name, state], counts.get((info.name, state), 0))
        if info.kind != "manual":
            up.add_metric([city, info.name], int(info.name not in away))
    yield filed
    yield up


def _nodes(city: str, snapshot: Snapshot) -> GaugeMetricFamily:
    family = GaugeMetricFamily("siaga_nodes", "public nodes by kind and state", labels=["city", "kind", "state"])
    counts = Counter((one.kind, snapshot.statuses[one.node].state) for one in snapshot.placements)
    for kind in sorted({one.kind for one in snapshot.placements}):
        for state in NodeState:
            family.add_metric([city, kind, state.value], counts[(kind, state)])
    return family


def _in_doubt(city: str, gauges: Sequence[Gauge]) -> GaugeMetricFamily:
    """Both sorts of doubt that a page shows, also where there is none of it."""
    family = GaugeMetricFamily(
        "siaga_gauges_in_doubt",
        "public gauges whose newest reading waits for the next (jump), or that stand still though water moves (flat)",
        labels=["city", "why"],
    )
    family.add_metric([city, "jump"], sum(one.pending for one in gauges))
    family.add_metric([city, "flat"], sum(one.flat_us is not None for one in gauges))
    return family


def _ages(city: str, snapshot: Snapshot) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "siaga_oldest_reading_age_seconds",
        "age of the newest reading of the node that has been silent longest, of nodes ever heard",
        labels=["city", "kind"],
    )
    for kind in sorted({one.kind for one in snapshot.placements}):
        last = [
            status.last_us
            for one in snapshot.placements
            if one.kind == kind and (status := snapshot.statuses[one.node]).last_us is not None
        ]
        if last:
            family.add_metric([city, kind], (snapshot.now_us - min(us for us in last if us is not None)) / SECOND_US)
    return family
