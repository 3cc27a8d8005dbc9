"""One flood from the gauge in the river to the case on the public map, measured.

Nothing here counts its own calls. What was committed is read from the spools, what was kept from the store, what was
filed from the desk, and when a case became readable from the clock of a reader that keeps asking over HTTP.
"""

from __future__ import annotations

import random
import statistics
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

from contract.clock import SECOND_US, Clock
from contract.incident import Incident, What
from contract.levels import Level
from faults.books import all_cases, kept_seqs, settle
from firmware_sim import ledger, waiting
from firmware_sim.scenario import load_scenario
from firmware_sim.story import Story
from siaga import wiring
from siaga.settings import Settings
from siaga.up import City
from store.cases import Case
from store.ports import CityStore, ReadingStore

READY_WITHIN_S = 30
STORY_WITHIN_S = 50
"""at least; a long river's flood needs longer"""
_AFTER_S = 5.0
"""for the last words about it to be filed"""
SETTLE_WITHIN_S = 5


@dataclass(slots=True)
class Report:
    """What happened. `failures` says in words what should have and did not."""

    readings_spooled: int = 0
    readings_stored: int = 0
    readings_refused: int = 0
    readings_dropped: int = 0
    readings_pending: int = 0
    lost: int = 0
    duplicated: int = 0
    incidents_opened: int = 0
    incidents_closed: int = 0
    worst_level: str = Level.NORMAL.name
    cases_filed: int = 0
    cases_closed: int = 0
    case_updates: int = 0
    case_url: str = ""
    seconds_crossing_to_case_p50: float | None = None
    seconds_crossing_to_case_p95: float | None = None
    seconds_start_to_first_reading: float | None = None
    wall_s: float = 0.0
    nodes: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.failures

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "passed": self.passed}

    def lines(self) -> Iterable[str]:
        """For people."""
        yield (
            f"{self.readings_spooled} readings committed by {self.nodes} nodes, {self.readings_stored} stored, "
            f"{self.lost} lost, {self.duplicated} duplicated"
        )
        yield (
            f"{self.incidents_opened} incidents opened (worst {self.worst_level}), {self.incidents_closed} closed; "
            f"{self.cases_filed} cases filed, {self.cases_closed} closed"
        )
        if self.seconds_start_to_first_reading is not None:
            yield f"from the start to the first accepted reading: {self.seconds_start_to_first_reading:.1f} s"
        if self.seconds_crossing_to_case_p50 is not None:
            yield (
                f"from the crossing sample to the case on HTTP, beside the rule's own wait: "
                f"median {self.seconds_crossing_to_case_p50:.2f} s, p95 {self.seconds_crossing_to_case_p95:.2f} s"
            )
        yield from (f"FAILED: {failure}" for failure in self.failures)


class Reader(threading.Thread):
    """A member of the public who keeps asking Open311 for cases and opens the page of each new one.

    `seen_us[number]` is when the page of a case was first answered with 200.
    """

    def __init__(self, url: str, clock: Clock, stop: threading.Event) -> None:
        super().__init__(name="reader", daemon=True)
        self._url = url
        self._clock = clock
        self._stop_event = stop
        self.seen_us: dict[str, int] = {}

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=5, trust_env=False) as client:
            while not self._stop_event.wait(0.05):
                self._ask(client)

    def _ask(self, client: httpx.Client) -> None:
        try:
            answer = client.get("/open311/v2/requests.json")
            numbers = [case["service_request_id"] for case in answer.json()] if answer.status_code == 200 else []
            for number in numbers:
                if number not in self.seen_us and client.get(f"/kasus/{number}").status_code == 200:
                    self.seen_us[number] = self._clock.now_us()
        except httpx.HTTPError:
            # A page that is away for a moment is what this thread is here to notice: the case is seen later.
            return


def run_check(
    settings: Settings, clock: Clock, rng: random.Random, stop: threading.Event, *, say: Callable[[str], None]
) -> Report:
    """Run one flood on a city of its own in `settings.data_folder` and report. It ends by itself."""
    started_us, started_wall_us = clock.mono_us(), clock.now_us()
    report = Report()
    city = City(settings, clock, rng, log_folder=settings.data_folder / "log")
    reader = Reader(settings.public_url, clock, stop)
    city.start()
    try:
        if not city.wait_ready(stop, within_s=READY_WITHIN_S):
            report.failures.append("stopped before the city was up")
            return report
        say(f"city up after {(clock.mono_us() - started_us) / SECOND_US:.1f} s: {settings.public_url}")
        reader.start()
        readings, cities = wiring.readings(settings), wiring.cities(settings)
        try:
            _follow(settings, city, cities, clock, stop, say)
            # Nobody is to judge the fleet's own end: a hundred points that stop at once are an outage.
            city.end("alerts")
            city.end("simulate")
            _settle(settings, city, readings, clock, stop)
            stop.set()
            reader.join(timeout=10)
            _count_readings(settings, readings, cities, report)
            if first := readings.received_since(settings.city, started_wall_us, limit=1):
                report.seconds_start_to_first_reading = round((first[0].received_us - started_wall_us) / SECOND_US, 2)
            _count_cases(settings, cities, reader.seen_us, report)
        finally:
            readings.close()
            cities.close()
    finally:
        city.stop()
    report.wall_s = round((clock.mono_us() - started_us) / SECOND_US, 2)
    return report


def _flood_is_over(incidents: Iterable[Incident]) -> bool:
    floods = [incident for incident in incidents if incident.subject == "flood"]
    reached = any(incident.peak is Level.AWAS for incident in floods)
    return reached and not any(incident.open for incident in floods)


def _follow(
    settings: Settings,
    city: City,
    cities: CityStore,
    clock: Clock,
    stop: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Until the flood has come and gone and every case of it is closed, or time is up."""
    deadline_us = clock.mono_us() + round(_within_s(settings, clock) * SECOND_US)
    told: dict[str, str] = {}
    while not stop.wait(0.2) and clock.mono_us() < deadline_us:
        city.watch()
        incidents = cities.incidents(settings.city)
        for incident in incidents:
            now = f"{incident.state} {incident.level.name if incident.level else ''}".strip()
            if told.get(incident.id) != now:
                told[incident.id] = now
                say(f"  {incident.entity}: {now}")
        waiting, _ = cities.outbox_depth(settings.city)
        if _flood_is_over(incidents) and not any(incident.open for incident in incidents) and not waiting:
            return


def _within_s(settings: Settings, clock: Clock) -> float:
    """How long the story may take on this city's rivers, at this speed."""
    story = Story(load_scenario(settings.scenario), wiring.profile(settings), 0, clock.now_us())
    return max(STORY_WITHIN_S, story.whole_s / settings.speed + _AFTER_S)


def _settle(settings: Settings, city: City, readings: ReadingStore, clock: Clock, stop: threading.Event) -> None:
    """Until what was under way when the fleet stopped has been written: the store's count stands still."""
    deadline_us = clock.mono_us() + SETTLE_WITHIN_S * SECOND_US
    before = -1
    while clock.mono_us() < deadline_us:
        city.watch()
        rows = sum(entry.rows for entry in readings.ledger(settings.city))
        if rows == before or stop.wait(0.5):
            return
        before = rows


def _count_readings(settings: Settings, readings: ReadingStore, cities: CityStore, report: Report) -> None:
    """The ledger that must close: committed = stored + refused + dropped + pending, reading by reading."""
    kept = kept_seqs(readings, settings.city)
    refused = cities.refused_seqs(settings.city)
    fleet = settings.data_folder / "fleet"
    nodes = ledger(fleet)
    report.nodes = len(nodes)
    for node in nodes:
        account = settle(node, waiting(fleet, node.node), kept.get((node.node, node.epoch), {}))
        report.readings_spooled += node.committed
        report.readings_stored += account.stored
        report.readings_refused += node.refused
        report.readings_dropped += node.dropped
        report.readings_pending += account.pending
        report.lost += account.lost
        report.duplicated += account.duplicated
        if node.refused > refused.get((node.node, node.epoch), 0):
            report.failures.append(f"{node.node}: {node.refused} readings refused and not all in quarantine")
    if report.lost:
        report.failures.append(f"{report.lost} readings lost")
    if not report.readings_stored:
        report.failures.append("no reading was stored")


def _count_cases(settings: Settings, cities: CityStore, seen_us: Mapping[str, int], report: Report) -> None:
    incidents = [one for one in cities.incidents(settings.city) if one.found_us is None]
    report.incidents_opened = len(incidents)
    report.incidents_closed = sum(not incident.open for incident in incidents)
    peaks = [incident.peak for incident in incidents if incident.peak is not None]
    report.worst_level = min(peaks, default=Level.NORMAL).name
    by_event: dict[str, list[Incident]] = {}
    for incident in incidents:
        by_event.setdefault(incident.event, []).append(incident)
    cases = all_cases(settings.city, cities)
    report.cases_filed = len(cases)
    report.cases_closed = sum(case.closed_us is not None for case in cases)
    report.case_updates = sum(len(cities.updates(case.number)) for case in cases)
    of_event: dict[str, int] = {}
    for case in cases:
        if case.event is not None:
            of_event[case.event] = of_event.get(case.event, 0) + 1
    report.duplicated += sum(count - 1 for count in of_event.values())
    waits_s = []
    for case in cases:
        first = min(by_event.get(case.event or "", ()), key=lambda incident: incident.opened_us, default=None)
        if first is None:
            report.failures.append(f"case {case.number} has no incident")
        elif case.number in seen_us:
            waits_s.append((seen_us[case.number] - first.opened_us) / SECOND_US)
        else:
            report.failures.append(f"case {case.number} was never readable over HTTP")
        if first is not None and first.subject == "flood":
            report.case_url = f"{settings.public_url}/kasus/{case.number}"
    _judge_story(cities, incidents, by_event, cases, report)
    if waits_s:
        waits_s.sort()
        report.seconds_crossing_to_case_p50 = round(statistics.median(waits_s), 3)
        report.seconds_crossing_to_case_p95 = round(waits_s[min(len(waits_s) - 1, int(0.95 * len(waits_s)))], 3)


def _judge_story(
    cities: CityStore,
    incidents: Iterable[Incident],
    by_event: Mapping[str, list[Incident]],
    cases: Iterable[Case],
    report: Report,
) -> None:
    """Each link of the chain must have happened."""
    floods = [incident for incident in incidents if incident.subject == "flood"]
    told_events = {case.event for case in cases}
    if report.worst_level != Level.AWAS.name:
        report.failures.append(f"the river never reached AWAS, only {report.worst_level}")
    if not _flood_is_over(floods):
        report.failures.append("the flood's incidents did not all close")
    for event in by_event:
        if any(incident.audience == "public" for incident in by_event[event]) and event not in told_events:
            report.failures.append(f"event {event} has no case")
    for case in cases:
        members = by_event.get(case.event or "", [])
        if members and members[0].subject == "flood":
            if case.closed_us is None:
                report.failures.append(f"case {case.number} is still open after the flood")
            if not any(change.what is What.LEVEL for change in cities.changes_of(case.event or "")):
                report.failures.append(f"case {case.number} was not followed through its levels")
    if report.duplicated:
        report.failures.append(f"{report.duplicated} kept or filed twice")
