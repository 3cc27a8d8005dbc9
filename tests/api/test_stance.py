"""What officers have said of a warning stands beside it on every page: what was called wrong is no plain AWAS."""

from __future__ import annotations

from support.seed import Town
from support.visitors import person

from contract.decision import Decision, DecisionKind
from contract.incident import Incident
from store.decisions import deed_of

WRONG = "Dinyatakan keliru oleh petugas"
NOBODY = "Belum dikonfirmasi petugas."


def said(made: Town, incident: Incident, kind: DecisionKind, **body: str) -> None:
    officer = person(made, f"siti-{kind}", "officer", agency="bpbd")
    decision = Decision(
        id=f"d-{kind}", city=made.profile.code, kind=kind, by=officer.id, at_us=made.now_us, incident=incident.id,
        body=body,
    )  # fmt: skip
    assert made.cities.decide(decision, deed_of(decision))


def flooded(made: Town) -> tuple[Incident, str]:
    incident = next(one for one in made.cities.open_incidents(made.profile.code) if one.node == "jog-gauge-05")
    case = made.cities.case_of_event(incident.event)
    assert case is not None
    return incident, case.number


def test_a_warning_that_was_called_wrong_says_so_on_every_page(city_in, serve) -> None:
    """Beside the number, with the time; nobody is told to be ready for it, and no page calls it unconfirmed."""
    made = city_in("flood")
    incident, number = flooded(made)
    said(made, incident, "wrong", reason="ranting di depan sensor")
    client = serve(made)
    for address in ("/", f"/sungai/{incident.node}", f"/s/{incident.node}", "/sungai", f"/kasus/{number}"):
        page = client.get(address).text
        assert WRONG in page, address
        assert NOBODY not in page, address
    assert "Bersiap." not in client.get("/").text
    gauges = client.get("/api/v1/gauges").json()
    one = next(
        one for one in (gauges["items"] if isinstance(gauges, dict) else gauges) if one["gauge"] == incident.node
    )
    assert (one["stance"], one["stance_at"] is None) == ("wrong", False)


def test_a_gauges_pages_say_the_correction_before_the_level(city_in, serve) -> None:
    """Neither page opens with a loud AWAS while officers say that it is wrong; what is measured stands below."""
    made = city_in("flood")
    incident, _ = flooded(made)
    said(made, incident, "wrong", reason="ranting di depan sensor")
    client = serve(made)
    page = client.get(f"/sungai/{incident.node}").text
    hero = page[page.index('id="kini"') - 200 : page.index("</section>", page.index('id="kini"'))]
    assert hero.index("RALAT") < hero.index(WRONG) < hero.index("gauge-number")
    assert hero.count(WRONG) == 1
    assert " loud" not in hero
    small = client.get(f"/s/{incident.node}").text
    assert small.index("RALAT") < small.index(WRONG) < small.index(" cm")
    assert small.count(WRONG) == 1


def test_a_warning_that_was_confirmed_says_by_whom_and_when(city_in, serve) -> None:
    """An officer, at a time; it takes an earlier `wrong` back."""
    made = city_in("flood")
    incident, _ = flooded(made)
    said(made, incident, "wrong", reason="ranting")
    said(made, incident, "confirm")
    page = serve(made).get(f"/s/{incident.node}?lang=id").text
    assert "Dikonfirmasi petugas" in page
    assert WRONG not in page
    assert "Confirmed by an officer at" in serve(made).get(f"/s/{incident.node}?lang=en").text


def test_what_nobody_has_answered_stays_unconfirmed(city_in, serve) -> None:
    """As it was measured."""
    made = city_in("flood")
    incident, _ = flooded(made)
    assert NOBODY in serve(made).get(f"/s/{incident.node}").text
