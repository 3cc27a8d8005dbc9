"""What people decide about alarms by the API: a row each with its line in the audit log, about what is theirs, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, program, signed_in

from contract.clock import HOUR_US, SECOND_US
from contract.decision import Limits
from contract.incident import Incident, level_changed, resolved
from contract.levels import Level

CITY = "yogyakarta"
ALARMS = "/api/v1/alarms"


@dataclass
class Desk:
    """A served city and somebody who decides."""

    made: Town
    client: httpx.Client
    visitor: Visitor

    def ask(self, method: str, path: str, body: object = None, visitor: Visitor | None = None) -> httpx.Response:
        who = visitor or self.visitor
        headers = {**who.sent, "origin": str(self.client.base_url).rstrip("/"), "x-csrf-token": who.csrf}
        return self.client.request(method, path, headers=headers, json=body)

    def decide(self, one: Incident, act: str, **body: object) -> httpx.Response:
        return self.ask("POST", f"{ALARMS}/{one.id}/{act}", body)

    def alarm(self, one: Incident) -> dict[str, object]:
        return self.ask("GET", f"{ALARMS}/{one.id}").json()  # type: ignore[no-any-return]

    def nodes(self, **asked: str) -> list[str]:
        answer = self.client.get(ALARMS, params=asked, headers=self.visitor.sent)
        return [item["node"] for item in answer.json()["items"]]

    def kept(self) -> list[tuple[str, str, str]]:
        """(kind, by, what it is about) of every row."""
        rows = self.made.cities.decisions(CITY)
        return [(one.kind, one.by, one.incident or one.event or "") for one in rows]

    def deeds(self) -> list[tuple[str, str, str]]:
        rows = self.made.cities.audit(CITY)
        return [(one.what, one.actor, one.object) for one in rows if one.what.startswith("alarm.")]


@pytest.fixture
def desk(made: Town, serve: Callable[..., httpx.Client]) -> Desk:
    return Desk(made, serve(made, keys=()), signed_in(made, person(made, "operator", "operator")))


def flooded(made: Town, level: Level = Level.SIAGA, at: int = 4) -> Incident:
    return made.open_flood(made.nodes("gauge")[at], level, 120.0)[0]


def test_each_decision_is_a_row_with_its_line_in_the_audit_log(desk: Desk) -> None:
    """By whom, about what, what was said; and the alarm shows it at the next look."""
    one, me = flooded(desk.made), person(desk.made, "operator", "operator")
    other = person(desk.made, "teknisi", "technician")
    told = desk.decide(one, "acknowledge", for_s=1_800)
    assert told.status_code == 201, told.text
    assert told.json()["body"] == {"level": 2}
    assert desk.alarm(one)["answer"] == "answered"
    for act, body in (
        ("assign", {"to": other.id}),
        ("comment", {"text": "Pintu air dicek"}),
        ("reading", {"level_cm": 118.5, "read": "2026-01-24T02:55:00Z"}),
        ("end", {"reason": "surut"}),
    ):
        assert desk.decide(one, act, **body).status_code == 201, act
    seen = desk.alarm(one)["attention"]
    assert isinstance(seen, dict)
    assert (seen["owner"], seen["acknowledged_by"], seen["comments"]) == (other.id, me.id, 1)
    assert desk.decide(one, "release").status_code == 201
    assert desk.alarm(one)["answer"] == "waiting"
    assert desk.kept() == [
        (kind, me.id, one.id) for kind in ("acknowledge", "assign", "comment", "read_on_site", "end", "release")
    ]
    words = ("acknowledged", "assigned", "commented", "read_on_site", "end", "released")
    assert desk.deeds() == [(f"alarm.{word}", me.id, one.id) for word in words]


def test_what_is_asked_twice_is_decided_once(desk: Desk) -> None:
    """By the number that the asker drew; another's same number is another decision."""
    one = flooded(desk.made)
    first = desk.decide(one, "comment", text="x", once="7")
    assert desk.decide(one, "comment", text="x", once="7").json()["id"] == first.json()["id"]
    other = signed_in(desk.made, person(desk.made, "kedua", "operator"))
    desk.ask("POST", f"{ALARMS}/{one.id}/comment", {"text": "x", "once": "7"}, other)
    assert len(desk.kept()) == 2


def test_a_number_drawn_once_stands_for_what_was_said_with_it(desk: Desk) -> None:
    """Said again later it is answered as it was kept; of another alarm, another kind or in other words it is another
    decision, and is kept."""
    one, other = flooded(desk.made), flooded(desk.made, at=0)
    first = desk.decide(one, "acknowledge", for_s=600, once="7")
    desk.made.clock.advance(60)  # type: ignore[attr-defined]
    assert desk.decide(one, "acknowledge", for_s=7_200, once="7").json() == first.json()
    for alarm, act, body in (
        (other, "acknowledge", {"for_s": 600}),
        (one, "release", {}),
        (one, "comment", {"text": "x"}),
        (one, "comment", {"text": "y"}),
        (other, "comment", {"text": "x"}),
    ):
        assert desk.decide(alarm, act, once="7", **body).status_code == 201
    assert [(kind, about) for kind, _, about in desk.kept()] == [
        ("acknowledge", one.id),
        ("acknowledge", other.id),
        ("release", one.id),
        ("comment", one.id),
        ("comment", one.id),
        ("comment", other.id),
    ]


def test_an_acknowledgement_that_ran_out_stands_on_top(desk: Desk) -> None:
    """Above alarms that nobody has seen, and so does one that has become worse since; a flood at AWAS that nobody has
    answered stands above them, one at SIAGA among its like."""
    made = desk.made
    grave, mild = flooded(made, Level.AWAS), flooded(made, Level.WASPADA, at=0)
    outage = made.open_outage(made.nodes("wifi")[3])
    desk.decide(mild, "acknowledge", for_s=3_600)
    desk.decide(outage, "acknowledge", for_s=600)
    assert desk.nodes() == [grave.node, mild.node, outage.node]
    made.clock.advance(601)  # type: ignore[attr-defined]
    waiting = made.open_outage(made.nodes("wifi")[4])
    assert desk.nodes() == [grave.node, outage.node, waiting.node, mild.node]
    assert desk.nodes(answer="again") == [outage.node]
    worse, change = level_changed(mild, Level.SIAGA, 130.0, made.now_us, made.now_us)
    event = made.cities.event(mild.event)
    assert event is not None
    made.commit(worse, event, [change])
    assert desk.nodes() == [grave.node, mild.node, outage.node, waiting.node]
    assert desk.nodes(owner="nobody") == [grave.node, mild.node, outage.node, waiting.node]


def test_a_whole_event_is_taken_on_at_its_worst(desk: Desk) -> None:
    """Whoever takes a river's flood on by its mildest gauge has seen the worst one too."""
    made = desk.made
    code = [one for one in made.nodes("gauge") if (site := made.profile.site_of(one.node)) and site.river == "Code"]
    mild, _ = made.open_flood(code[0], Level.WASPADA, 80.0)
    grave, _ = made.open_flood(code[1], Level.AWAS, 190.0)
    assert mild.event == grave.event
    assert desk.decide(mild, "acknowledge", scope="event").json()["body"] == {"level": 1}
    assert [desk.alarm(one)["answer"] for one in (mild, grave)] == ["answered", "answered"]


def test_a_silence_holds_what_it_fits_until_it_is_ended(desk: Desk) -> None:
    """By place, over whatever is there; it is listed, ended once, and never longer than four hours."""
    made = desk.made
    one, other = made.open_outage(made.nodes("wifi")[3]), made.open_outage(made.nodes("wifi")[4])
    site = made.profile.site_of(one.node)
    assert site is not None
    told = desk.ask("POST", "/api/v1/silences", {"matchers": {"site": site.code}, "for_s": 3_600, "reason": "PLN"})
    assert told.status_code == 201, told.text
    silence = told.json()["id"]
    assert [desk.alarm(each)["answer"] for each in (one, other)] == ["quiet", "waiting"]
    assert [each["id"] for each in desk.ask("GET", "/api/v1/silences").json()["items"]] == [silence]
    assert desk.ask("GET", "/api/v1/windows").json()["items"] == []
    assert desk.ask("DELETE", f"/api/v1/windows/{silence}").status_code == 404
    assert desk.ask("DELETE", f"/api/v1/silences/{silence}").status_code == 200
    assert desk.ask("DELETE", f"/api/v1/silences/{silence}").status_code == 404
    assert desk.alarm(one)["answer"] == "waiting"
    too_long = {"incident": one.id, "for_s": 4 * 3_600 + 1, "reason": "x"}
    assert desk.ask("POST", "/api/v1/silences", too_long).status_code == 400
    assert [kind for kind, _, _ in desk.kept()] == ["silence", "unsilence"]


@pytest.mark.parametrize(
    ("name", "wanted", "near"),
    [
        ("site", "winongo-kriak", "winongo-kricak"),
        ("node", "jog-gauge-99", "jog-gauge-0"),
        ("river", "Kode", "Code"),
        ("region", "34.72", "34.71"),
    ],
)
def test_a_silence_that_fits_nothing_of_the_city_is_refused(desk: Desk, name: str, wanted: str, near: str) -> None:
    """A name that is typed wrongly, in a silence or a window: 400 with its field and what is like it, and no row."""
    until = {"what": "works", "start": "2026-01-24T11:00:00+07:00", "until": "2026-01-24T13:00:00+07:00"}
    for path, about in (("silences", {"for_s": 3_600}), ("windows", until)):
        asked = {**about, "matchers": {"severity": "warning", name: wanted}, "reason": "PLN"}
        refused = desk.ask("POST", f"/api/v1/{path}", asked)
        assert refused.status_code == 400
        assert f"body.matchers.{name}: it fits nothing" in refused.text
        assert near in refused.text
    assert desk.kept() == []
    whole = {"matchers": {"region": "34.71"}, "for_s": 3_600, "reason": "PLN"}
    assert desk.ask("POST", "/api/v1/silences", whole).status_code == 201


def test_works_that_are_planned_are_listed_and_hold_from_their_beginning(desk: Desk) -> None:
    """Before it an alarm is nobody's works; within it is expected."""
    one = flooded(desk.made)
    window = {
        "what": "works",
        "event_of": one.id,
        "start": "2026-01-24T11:00:00+07:00",
        "until": "2026-01-24T13:00:00+07:00",
        "reason": "talud",
    }
    assert desk.ask("POST", "/api/v1/windows", window).status_code == 201
    assert [each["event"] for each in desk.ask("GET", "/api/v1/windows").json()["items"]] == [one.event]
    assert desk.alarm(one)["answer"] == "waiting"
    desk.made.clock.advance(HOUR_US / SECOND_US)  # type: ignore[attr-defined]
    assert desk.alarm(one)["answer"] == "quiet"
    assert desk.ask("POST", "/api/v1/windows", {**window, "start": "2026-01-24T11:00:00"}).status_code == 400


def test_of_what_is_over_nothing_is_decided_but_a_remark(desk: Desk) -> None:
    """409, in words; a comment may still come."""
    one = flooded(desk.made)
    event = desk.made.cities.event(one.event)
    assert event is not None
    over, change = resolved(one, 10.0, desk.made.now_us, desk.made.now_us)
    desk.made.commit(over, event, [change])
    refused = desk.decide(one, "acknowledge")
    assert (refused.status_code, refused.json()["reason"]) == (409, "over")
    assert desk.decide(one, "comment", text="Terima kasih").status_code == 201
    assert [kind for kind, _, _ in desk.kept()] == ["comment"]


def test_an_officer_ends_no_silence_of_another_agency(desk: Desk) -> None:
    """They see and end what is about alarms of their own."""
    made = desk.made
    gauge = made.nodes("gauge")[4]
    one, event = made.open_flood(gauge, Level.SIAGA, 120.0)
    case = made.file(event, gauge, "banjir", {"id": "Banjir", "en": "Flood"})
    outage = made.open_outage(made.nodes("wifi")[3])
    officer = signed_in(made, person(made, "petugas", "officer", agency=case.agency))
    silences = [
        desk.ask("POST", "/api/v1/silences", {**about, "for_s": 60, "reason": "x"}).json()["id"]
        for about in ({"incident": one.id}, {"incident": outage.id}, {"matchers": {"river": "Code"}})
    ]
    shown = desk.ask("GET", "/api/v1/silences", visitor=officer).json()["items"]
    assert [each["id"] for each in shown] == silences[:1]
    ended = [desk.ask("DELETE", f"/api/v1/silences/{each}", visitor=officer).status_code for each in silences]
    assert ended == [200, 404, 404]
    public = {"incident": one.id, "for_s": 60, "reason": "x", "public": True}
    assert desk.ask("POST", "/api/v1/silences", public, officer).status_code == 403


def test_without_the_forms_token_nothing_is_decided(desk: Desk) -> None:
    """From another site, or from ours without the token: refused, and no row."""
    one = flooded(desk.made)
    path = f"{ALARMS}/{one.id}/acknowledge"
    origin = str(desk.client.base_url).rstrip("/")
    for more in ({"origin": origin}, {"origin": "https://jahat.example", "x-csrf-token": desk.visitor.csrf}):
        assert desk.client.post(path, json={}, headers={**desk.visitor.sent, **more}).status_code == 403
    key = program(desk.made, "officer", agency="bpbd")
    assert desk.client.post(path, json={}, headers=key.sent).status_code == 403
    assert desk.kept() == []


WRONG: tuple[tuple[str, dict[str, object]], ...] = (
    ("acknowledge", {"for_s": 0}),
    ("acknowledge", {"for_s": "lama"}),
    ("acknowledge", {"scope": "kota"}),
    ("acknowledge", {"lain": 1}),
    ("comment", {"text": ""}),
    ("comment", {"text": "x" * 2_001}),
    ("comment", {"text": "  "}),
    ("assign", {"to": "tidak-ada"}),
    ("reading", {"level_cm": 1e9, "read": "2026-01-24T02:59:00Z"}),
    ("reading", {"level_cm": 90, "read": "2026-01-23T02:59:00Z"}),
    ("end", {"reason": " "}),
)


def test_what_is_wrong_is_said_and_nothing_is_kept(desk: Desk) -> None:
    """400 with a sentence."""
    one = flooded(desk.made)
    for act, body in WRONG:
        answer = desk.decide(one, act, **body)
        assert answer.status_code == 400, (act, body)
        assert answer.json()["detail"], (act, body)
    assert desk.kept() == []


def test_a_city_that_is_stricter_is_obeyed(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Half an hour is its longest silence: an hour is refused with what is allowed, and nothing is kept."""
    made.profile = replace(made.profile, limits=Limits(silence_s=1_800))
    desk = Desk(made, serve(made, keys=()), signed_in(made, person(made, "operator", "operator")))
    one = flooded(made)
    asked = {"incident": one.id, "reason": "uji coba"}
    refused = desk.ask("POST", "/api/v1/silences", {**asked, "for_s": 3_600})
    assert refused.status_code == 400
    assert "At most 0.5 hours" in refused.text
    assert desk.kept() == []
    assert desk.ask("POST", "/api/v1/silences", {**asked, "for_s": 1_800}).status_code == 201
