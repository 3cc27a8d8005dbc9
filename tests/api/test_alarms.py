"""The table of alarms for programs: what stands first, whose it is, what lies behind one, and what is told at once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from support.away import Away
from support.seed import Town
from support.visitors import Visitor, person, program, signed_in

from api.alarm_feed import Feed, Pace, Viewer
from api.alarms import Alarm, Alarms, Wanted, page_of
from api.language import Speech
from api.policy import Caller, Reach
from contract.clock import HOUR_US, MINUTE_US, ManualClock
from contract.incident import Incident, State, fell_silent, incident_id, opened, resolved
from contract.levels import Level
from store.people import Deed

QUICK = Pace(look_s=0.02, beat_s=0.1, longest_s=20.0)
LIST = "/api/v1/alarms"
STREAM = "/api/v1/alarms/events"


def incident(name: str, level: Level | None = None, *, opened_us: int = 1_000, silent: bool = False) -> Incident:
    return Incident(
        id=incident_id("kota", "aturan", name, opened_us),
        city="kota",
        rule="aturan",
        rule_version="1",
        entity=name,
        node=name,
        subject="outage" if level is None else "flood",
        audience="public",
        event="e",
        state=State.FIRING,
        no_data=silent or level is None,
        level=level,
        peak=level,
        value=1.0,
        peak_value=1.0,
        crossed_us=opened_us,
        opened_us=opened_us,
        changed_us=opened_us,
        resolved_us=None,
        changes=1,
    )


def alarm(name: str, level: Level | None = None, *, opened_us: int = 1_000, silent: bool = False) -> Alarm:
    return Alarm(incident(name, level, opened_us=opened_us, silent=silent), None, None, None)


def ordered(alarms: list[Alarm]) -> list[Alarm]:
    return sorted(alarms, key=lambda one: one.key)


def test_the_gravest_stands_first_and_of_equals_the_newest() -> None:
    """Of one level a gauge that fell silent in danger comes before those that speak; outages come last."""
    wanted = [
        alarm("a", Level.AWAS, silent=True),
        alarm("b", Level.AWAS, opened_us=9_000),
        alarm("c", Level.AWAS, opened_us=8_000),
        alarm("d", Level.SIAGA, opened_us=9_500),
        alarm("e", Level.WASPADA),
        alarm("f", opened_us=99_000),
        alarm("g", opened_us=98_000),
    ]
    assert [one.name for one in ordered(wanted[::-1])] == list("abcdefg")


def test_what_comes_or_goes_between_two_pages_moves_no_other() -> None:
    """Whatever was there from the first page to the last is read exactly once."""
    every = ordered([alarm(f"n{i:02}", opened_us=i + 1) for i in range(30)])
    read: list[str] = []
    page = page_of(every, Wanted(), None, 10)
    read += [one.name for one in page.items]
    later = ordered([alarm("new", opened_us=500), *(one for one in every if one.name not in {"n25", "n15"})])
    page = page_of(later, Wanted(), page.following, 10)
    read += [one.name for one in page.items]
    page = page_of(later, Wanted(), page.following, 10)
    read += [one.name for one in page.items]
    assert page.following is None
    assert read == [f"n{i:02}" for i in range(29, -1, -1) if i != 15]
    assert page.total == 29


@pytest.fixture
def operator(made: Town) -> Visitor:
    return signed_in(made, person(made, "operator", "operator"))


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["node"] for one in answer.json()["items"]]


def test_alarms_are_found_by_what_is_asked(made: Town, serve: Callable[..., httpx.Client], operator: Visitor) -> None:
    """State, level, place and region, each alone and together; `resolved` shows what is over and nothing else does."""
    gauges, wifi = made.nodes("gauge"), made.nodes("wifi")
    made.open_flood(gauges[4], Level.AWAS, 200.0)
    made.open_flood(gauges[0], Level.SIAGA, 120.0)
    made.open_flood(gauges[1], Level.SIAGA, 120.0, over=True)
    made.open_outage(wifi[3])
    client = serve(made, keys=())
    site = made.profile.site_of(wifi[3].node)
    assert site is not None
    cases: list[tuple[dict[str, object], list[str]]] = [
        ({}, [gauges[4].node, gauges[0].node, wifi[3].node]),
        ({"level": ["AWAS", "none"]}, [gauges[4].node, wifi[3].node]),
        ({"state": "recovering"}, []),
        ({"state": "resolved"}, [gauges[1].node]),
        ({"place": "gondolayu"}, [gauges[4].node]),
        ({"region": site.region, "level": "none"}, [wifi[3].node]),
        ({"region": site.region[:-1], "level": "none"}, []),
        ({"answer": "again"}, []),
        ({"answer": "waiting", "limit": 1}, [gauges[4].node]),
    ]
    for asked, found in cases:
        assert names(client.get(LIST, params=asked, headers=operator.sent)) == found, asked
    assert client.get(LIST, params={"level": "MERAH"}, headers=operator.sent).status_code == 400
    assert names(client.get(LIST, params={"cursor": "\u0000zzz"}, headers=operator.sent)) == []


def test_an_event_counts_what_is_open_of_it(made: Town, serve: Callable[..., httpx.Client], operator: Visitor) -> None:
    """Not what is over, whether one asks for the open ones, for those that are over, or for one of them."""
    client = serve(made, keys=())
    wifi = made.nodes("wifi")
    one, two, over = (made.open_outage(wifi[at], uplink="jetis") for at in (3, 4, 5))
    event = made.cities.event(over.event)
    assert event is not None
    done, change = resolved(over, 0.0, made.now_us, made.now_us)
    made.commit(done, event, [change])

    def counted(**asked: object) -> dict[str, int]:
        items = client.get(LIST, params=asked, headers=operator.sent).json()["items"]
        return {item["id"]: item["together"] for item in items}

    assert counted() == {one.id: 2, two.id: 2}
    assert counted(state=["firing", "resolved"]) == {one.id: 2, two.id: 2, over.id: 2}
    assert client.get(f"{LIST}/{over.id}", headers=operator.sent).json()["together"] == 2


def test_a_program_owns_no_alarm(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Those of `me` are none for a key, and not those of nobody, nor all."""
    client = serve(made, keys=())
    made.open_outage(made.nodes("wifi")[3])
    key = program(made, "operator")
    assert client.get(LIST, headers=key.sent).json()["total"] == 1
    assert client.get(LIST, params={"owner": "me"}, headers=key.sent).json()["total"] == 0


def test_an_officer_answers_for_their_own_work_alone(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Also what is public and another agency's is not in their table, and not to be found by its number."""
    flooded, event = made.open_flood(made.nodes("gauge")[4], Level.AWAS, 200.0)
    case = made.file(event, made.nodes("gauge")[4], "banjir", {"id": "Banjir", "en": "Flood"})
    outage = made.open_outage(made.nodes("wifi")[3])
    client = serve(made, keys=())
    own = program(made, "officer", agency=case.agency, regions=(case.region.rsplit(".", 1)[0],))
    assert names(client.get(LIST, headers=own.sent)) == [flooded.node]
    assert client.get(f"{LIST}/{flooded.id}", headers=own.sent).status_code == 200
    assert client.get(f"{LIST}/{outage.id}", headers=own.sent).status_code == 404


def test_what_lies_behind_an_alarm(made: Town, serve: Callable[..., httpx.Client], operator: Visitor) -> None:
    """Readings with their flags, marks, rule and version, each change with when it was so and when it was said, the
    rest of the event, the case, and the city's own video page."""
    code = [one for one in made.nodes("gauge") if (site := made.profile.site_of(one.node)) and site.river == "Code"]
    made.wave(code[1], 214, hours_ago=-0.4)
    found, event = made.open_flood(code[1], Level.AWAS, 196.0)
    beside, _ = made.open_flood(code[2], Level.WASPADA, 80.0)
    case = made.file(event, code[1], "banjir", {"id": "Banjir", "en": "Flood"})
    video = "https://cctv.kota.example/kamera/7"
    sites = tuple(replace(one, cctv_url=video) if "Gondolayu" in one.name else one for one in made.profile.sites)
    client = serve(replace(made, profile=replace(made.profile, sites=sites)), keys=())
    told = client.get(f"{LIST}/{found.id}", headers=operator.sent).json()
    assert told["judged_by"] == {"id": "river_level", "version": "1"}
    assert [(one["what"], one["level"]) for one in told["history"]] == [
        ("opened", "WASPADA"),
        ("level", "SIAGA"),
        ("level", "AWAS"),
    ]
    assert all(one["at"] < one["said"] for one in told["history"])
    assert [one["raise_cm"] for one in told["scale"]["thresholds"]] == [70.0, 110.0, 160.0]
    assert told["flags"] == [{"check": "spike", "readings": 1}]
    readings = told["series"]["readings"]
    assert readings[-1]["values"]["level_cm"] > 150
    assert [one["quality"] for one in readings].count(3) == 1
    assert [one["id"] for one in told["others"]] == [beside.id]
    assert told["case_url"].endswith(f"/kasus/{case.number}")
    assert told["cctv_url"] == video
    assert client.get(f"{LIST}/{beside.id}", headers=operator.sent).json()["cctv_url"] is None


def test_an_outages_evidence_counts_nobody(made: Town, serve: Callable[..., httpx.Client], operator: Visitor) -> None:
    """Whether gateway and internet answered is evidence; how many were connected is not told."""
    node = made.nodes("wifi")[3]
    made.readings.write(
        [made.row(node, made.now_us - 50 * MINUTE_US, {"gateway_ok": True, "internet": "open", "clients": 3})]
    )
    outage = made.open_outage(node, uplink="Gondokusuman")
    told = serve(made, keys=()).get(f"{LIST}/{outage.id}", headers=operator.sent).json()
    assert [one["values"] for one in told["series"]["readings"]] == [{"gateway_ok": True, "internet": "open"}]
    assert (told["cause"], told["cause_name"]) == ("uplink", "Gondokusuman")
    assert told["scale"] is None


def test_what_several_gauges_open_together_is_seen_at_the_one_that_stands_for_them(
    made: Town, serve: Callable[..., httpx.Client], operator: Visitor
) -> None:
    """Its entity is the river, and the curve that of the gauge's own sensor."""
    gauge = made.nodes("gauge")[4]
    made.wave(gauge, 150, hours_ago=-0.4)
    flood, event = made.open_flood(gauge, Level.WASPADA, 80.0)
    several = replace(
        flood, id=incident_id(flood.city, "several", "river/Code", flood.crossed_us), rule="several", subject="notice",
        entity="river/Code", level=None, peak=None, value=2.0, peak_value=2.0,
    )  # fmt: skip
    made.commit(several, event, [opened(several, several.opened_us)])
    told = serve(made, keys=()).get(f"{LIST}/{several.id}", headers=operator.sent).json()
    assert told["series"]["sensor"] == "level"
    assert max(one["values"].get("level_cm", 0) for one in told["series"]["readings"]) > 0
    assert told["scale"] is not None


class Listener:
    """A program that listens; `hear` waits for the next event that is no beat."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.last = ""

    def any(self) -> tuple[str, dict[str, object]]:
        name = ""
        for line in self._lines:
            if line.startswith("id: "):
                self.last = line[4:]
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:])
        return "end", {}

    def hear_of(self, one: Incident) -> None:
        """Its case is filed after it, so that it may be told twice."""
        while self.hear()[1].get("id") != one.id:
            pass

    def hear(self) -> tuple[str, dict[str, object]]:
        while True:
            name, data = self.any()
            if name not in {"beat", "hello"}:
                return name, data


@contextmanager
def listening_to(client: httpx.Client, visitor: Visitor, last: str = "") -> Iterator[Listener]:
    """Listens from the first word on: two beats mean that the alarms have been looked at."""
    more = {"last-event-id": last} if last else {}
    with client.stream("GET", STREAM, headers={**visitor.sent, **more}) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        one = Listener(answer.iter_lines())
        assert one.any()[0] == "hello"
        if not last:
            assert one.any()[0] == "beat"
            assert one.any()[0] == "beat"
        yield one


def over(made: Town, one: Incident) -> None:
    event = made.cities.event(one.event)
    assert event is not None
    ended, change = resolved(one, 10.0, made.now_us, made.now_us)
    made.commit(ended, event, [change])


def test_what_becomes_of_alarms_is_told_as_it_happens(
    made: Town, serve: Callable[..., httpx.Client], operator: Visitor
) -> None:
    """One that opens, one that changes, one that is over, in this order."""
    client = serve(made, keys=(), pace=QUICK)
    with listening_to(client, operator) as heard:
        opened, event = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0)
        name, data = heard.hear()
        assert (name, data["id"], data["level"]) == ("alarm", opened.id, "SIAGA")
        silent, change = fell_silent(opened, made.now_us, made.now_us)
        made.commit(silent, event, [change])
        name, data = heard.hear()
        assert (name, data["id"], data["dangerous"]) == ("alarm", opened.id, True)
        over(made, silent)
        assert heard.hear() == ("gone", {"id": opened.id})


def test_whoever_comes_back_hears_what_was_said_meanwhile(
    made: Town, serve: Callable[..., httpx.Client], operator: Visitor
) -> None:
    """By the last event's number; one that the server never gave, or does not keep any more, means: read the list."""
    client = serve(made, keys=(), pace=replace(QUICK, kept=3))
    with listening_to(client, operator) as heard, listening_to(client, operator) as other:
        first = made.open_outage(made.nodes("wifi")[1])
        heard.hear_of(first)
        last = heard.last
        second = made.open_outage(made.nodes("wifi")[2])
        other.hear_of(second)
    with listening_to(client, operator, last) as again:
        again.hear_of(second)
        for node in made.nodes("wifi")[3:8]:
            again.hear_of(made.open_outage(node))
    for unknown in (last, "ffffffff-3", "abc", f"{last}9"):
        with listening_to(client, operator, unknown) as lost:
            assert lost.hear() == ("reset", {}), unknown


def test_a_listener_who_takes_their_time_misses_nothing(made: Town) -> None:
    """What becomes of alarms while an earlier word is still on its way is told after it; and a look that broke down is
    taken up again, with what it had not told yet."""
    shown = Shown(made.now_us)
    told: list[str] = []

    def as_json(one: Alarm, _now_us: int) -> str:
        if shown.broken:
            shown.broken = False
            raise LookupError(one.id)
        told.append(one.incident.node)
        return json.dumps({"id": one.incident.node})

    async def slow() -> list[str]:
        here = SimpleNamespace(clock=ManualClock(made.now_us), access=SimpleNamespace(lasts=lambda _: True))
        pace = replace(QUICK, look_s=0.0, beat_s=0.01)
        feed = Feed(here, shown, as_json, pace)  # type: ignore[arg-type]
        viewer = Viewer(Caller("operator", person="p"), Reach.ANY, Speech.of(made.profile, "id", 0))
        assert feed.enter(viewer)
        words = feed.stream(viewer, "")

        async def next_alarm() -> str:
            async for word in words:
                if "event: alarm" in word:
                    return str(json.loads(word.split("data: ")[1])["id"])
            raise AssertionError("the stream ended")

        async def until_told(number: int) -> None:
            while len(told) < number:
                await anext(aside)

        aside = feed.stream(viewer, "")
        while shown.looked < 1:
            await anext(aside)
        assert "event: hello" in await anext(words)
        shown.open = (alarm("a"), alarm("b"))
        await until_told(2)
        heard = [await next_alarm()]
        shown.broken = True
        shown.open = (*shown.open, alarm("c"))
        await until_told(3)
        heard += [await next_alarm(), await next_alarm()]
        feed.leave(viewer)
        return heard

    # In a thread of its own: a browser that another test has opened here keeps a loop running in this one.
    with ThreadPoolExecutor(1) as aside:
        assert aside.submit(asyncio.run, slow()).result() == ["a", "b", "c"]
    assert told == ["a", "b", "c"]


class Shown:
    """The board as a test sets it."""

    def __init__(self, now_us: int) -> None:
        self.open: tuple[Alarm, ...] = ()
        self.looked = 0
        self.broken = False
        self._now_us = now_us

    def now(self) -> Alarms:
        found = Alarms(self._now_us, self.open)
        self.looked += 1
        return found


def test_nobody_is_told_of_what_is_not_theirs(
    made: Town, serve: Callable[..., httpx.Client], operator: Visitor
) -> None:
    """An officer of another agency hears of their own work and of nothing that came before it."""
    client = serve(made, keys=(), pace=QUICK)
    wifi = next(one for one in made.profile.categories if one.code == "wifi")
    officer = program(made, "officer", agency=wifi.agency)
    with listening_to(client, officer) as heard:
        gauge = made.nodes("gauge")[4]
        _, event = made.open_flood(gauge, Level.SIAGA, 120.0)
        made.file(event, gauge, "banjir", {"id": "Banjir", "en": "Flood"})
        outage = made.open_outage(made.nodes("wifi")[3])
        assert heard.hear()[1]["id"] == outage.id


def test_a_stream_ends_with_its_session(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Signed out, run out or revoked: whoever listens is told to sign in, and hears nothing after it. To listen
    prolongs nothing."""
    client = serve(made, keys=(), pace=QUICK)
    one = person(made, "operator", "operator")
    visitor = signed_in(made, one)
    with listening_to(client, visitor) as heard:
        (session,) = made.cities.sessions_of(one.id, made.now_us)
        made.clock.advance(11 * HOUR_US / 1_000_000)  # type: ignore[attr-defined]
        for _ in range(3):
            assert heard.any()[0] == "beat"
        assert made.cities.sessions_of(one.id, made.now_us) == [session]
        with listening_to(client, visitor):
            assert made.cities.sessions_of(one.id, made.now_us) == [session], "nor does coming back"
        made.clock.advance(HOUR_US / 1_000_000)  # type: ignore[attr-defined]
        assert heard.hear() == ("over", {})
        assert heard.any()[0] == "end"
    key = program(made, "officer", agency="bpbd")
    with listening_to(client, key) as heard:
        (known,) = made.cities.keys("yogyakarta")
        made.cities.revoke_key(known.id, made.now_us, Deed("system", "key.revoked", known.id, made.now_us))
        assert heard.hear() == ("over", {})


def test_so_many_listen_and_no_more(made: Town, serve: Callable[..., httpx.Client], operator: Visitor) -> None:
    """Of one person two, of all three here; who is refused is told when to come again, and a place that is left is
    another's."""
    client = serve(made, keys=(), pace=replace(QUICK, own_most=2, listeners_most=3))
    other = signed_in(made, person(made, "kedua", "operator"))
    third = signed_in(made, person(made, "ketiga", "operator"))
    with listening_to(client, operator), listening_to(client, other):
        with listening_to(client, operator):
            for visitor in (operator, third):
                refused = client.get(STREAM, headers=visitor.sent)
                assert refused.status_code == 429
                assert refused.headers["retry-after"]
        free = threading.Event()
        while not free.is_set():
            with client.stream("GET", STREAM, headers=third.sent) as answer:
                if answer.status_code == 200:
                    free.set()


def test_a_database_that_is_away_is_told_and_nobody_is_sent_away(
    made: Town, serve: Callable[..., httpx.Client], operator: Visitor
) -> None:
    """A beat that is not fresh; fresh again when it is back."""
    away = Switch(made.cities)
    client = serve(replace(made, cities=away), keys=(), pace=QUICK)  # type: ignore[arg-type]
    with listening_to(client, operator) as heard:
        away.off = True
        while heard.any()[1].get("fresh") is not False:
            pass
        away.off = False
        while heard.any()[1].get("fresh") is not True:
            pass


class Switch:
    """A store that can be away."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.off = False

    def __getattr__(self, name: str) -> object:
        return getattr(Away() if self.off else self._store, name)
