"""A decision about an alarm is taken as it stands or refused with the field and the remedy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from contract.decision import (
    COMMENT_MOST,
    KINDS,
    SIGNED,
    Decision,
    DecisionKind,
    Facts,
    Limits,
    acknowledged_until_us,
    check,
    covers,
    may_decide,
)
from contract.errors import BadInput
from contract.roles import Role

NOON_US = 1_780_000_000 * SECOND_US
ROLES: tuple[Role, ...] = ("officer", "technician", "operator", "admin")
SOUND: dict[DecisionKind, dict[str, Any]] = {
    "acknowledge": {"level": 2},
    "release": {},
    "assign": {"to": "p2"},
    "comment": {"text": "Pompa menyala."},
    "silence": {"matchers": {"river": "Code"}, "reason": "uji coba"},
    "unsilence": {"ends": "d0"},
    "window": {"what": "works", "start_us": NOON_US, "matchers": {"site": "jembatan"}, "reason": "ganti aki"},
    "end_window": {"ends": "d0", "reason": "selesai lebih awal"},
    "read_on_site": {"level_cm": 40, "read_us": NOON_US - MINUTE_US},
    "end": {"reason": "pos hanyut"},
    "confirm": {},
    "order": {},
    "wrong": {"reason": "ranting di depan sensor"},
    "seen_on_camera": {"level_seen": True, "text": "Air di atas jembatan."},
    "drill": {"node": "code-hulu", "level": 1, "value_cm": 320},
    "end_drill": {"ends": "d0"},
}
NO_ALARM = {"drill", "end_drill"}


def sound(kind: DecisionKind, **how: Any) -> Decision:
    """A decision that can be taken; `how` changes fields, and the body's by `body=`."""
    until_us = NOON_US + HOUR_US if kind in {"acknowledge", "silence", "window"} else None
    body = SOUND.get(kind, {}) | how.pop("body", {})
    made = Decision(
        id="d1", city="kota", kind=kind, by="p1", at_us=NOON_US, until_us=until_us, body=body,
        incident="" if kind in NO_ALARM else "i1",
    )  # fmt: skip
    return replace(made, **how)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_decision_is_taken(kind: DecisionKind) -> None:
    """Each kind in its shortest form; a field that it does not have is named."""
    assert check(sound(kind)) == sound(kind)
    with pytest.raises(BadInput, match=r"body\.colour"):
        check(sound(kind, body={"colour": "red"}))
    if kind not in {"unsilence", "end_window", *NO_ALARM}:
        with pytest.raises(BadInput, match=r"incident|matchers"):
            check(replace(sound(kind, body={"matchers": {}} if "matchers" in SOUND[kind] else {}), incident=""))


@pytest.mark.parametrize(
    ("kind", "where", "how"),
    [
        ("comment", "by", {"by": ""}),
        ("comment", "until_us", {"until_us": NOON_US + 1}),
        ("comment", r"body\.text", {"body": {"text": " \n"}}),
        ("comment", r"body\.text", {"body": {"text": "x" * (COMMENT_MOST + 1)}}),
        ("comment", r"body\.text", {"body": {"text": 7}}),
        ("acknowledge", "until_us", {"until_us": None}),
        ("acknowledge", "until_us", {"until_us": NOON_US}),
        ("acknowledge", "until_us", {"until_us": NOON_US + 24 * HOUR_US + 1}),
        ("acknowledge", r"body\.level", {"body": {"level": 5}}),
        ("acknowledge", r"body\.level", {"body": {"level": True}}),
        ("assign", r"body\.to", {"body": {"to": ""}}),
        ("silence", "until_us", {"until_us": NOON_US + 4 * HOUR_US + 1}),
        ("silence", "until_us", {"until_us": NOON_US - 1}),
        ("silence", r"body\.reason", {"body": {"reason": ""}}),
        ("silence", r"body\.matchers", {"body": {"matchers": {"colour": "red"}}}),
        ("silence", r"body\.matchers\.river", {"body": {"matchers": {"river": ""}}}),
        ("silence", r"body\.matchers", {"body": {"matchers": ["river"]}}),
        ("silence", r"body\.matchers", {"incident": "", "body": {"matchers": {}}}),
        ("silence", r"body\.public", {"incident": "", "body": {"public": True}}),
        ("silence", r"body\.public", {"body": {"public": "yes"}}),
        ("unsilence", r"body\.ends", {"body": {"ends": ""}}),
        ("window", r"body\.what", {"body": {"what": "party"}}),
        ("window", r"body\.start_us", {"body": {"start_us": None}}),
        ("window", "until_us", {"until_us": None}),
        ("window", "until_us", {"body": {"start_us": NOON_US + HOUR_US}}),
        ("window", "until_us", {"body": {"start_us": NOON_US - HOUR_US}, "until_us": NOON_US - 1}),
        ("window", "until_us", {"until_us": NOON_US + 30 * DAY_US + 1}),
        ("window", "until_us", {"body": {"start_us": NOON_US + 31 * DAY_US}, "until_us": NOON_US + 32 * DAY_US}),
        ("read_on_site", "incident", {"incident": "", "event": "e1"}),
        ("read_on_site", r"body\.level_cm", {"body": {"level_cm": float("nan")}}),
        ("read_on_site", r"body\.level_cm", {"body": {"level_cm": True}}),
        ("read_on_site", r"body\.level_cm", {"body": {"level_cm": 1e6}}),
        ("read_on_site", r"body\.read_us", {"body": {"read_us": NOON_US - 6 * HOUR_US - 1}}),
        ("read_on_site", r"body\.read_us", {"body": {"read_us": NOON_US + MINUTE_US + 1}}),
        ("end", "incident", {"incident": "", "event": "e1"}),
        ("end", r"body\.reason", {"body": {"reason": None}}),
        ("confirm", "incident", {"incident": "", "event": "e1"}),
        ("order", "until_us", {"until_us": NOON_US + 1}),
        ("wrong", r"body\.reason", {"body": {"reason": ""}}),
        ("seen_on_camera", r"body\.level_seen", {"body": {"level_seen": 1}}),
        ("seen_on_camera", r"body\.text", {"body": {"text": " "}}),
        ("drill", "incident", {"incident": "i1"}),
        ("drill", r"body\.node", {"body": {"node": ""}}),
        ("drill", r"body\.level", {"body": {"level": 4}}),
        ("drill", r"body\.level", {"body": {"level": True}}),
        ("drill", r"body\.value_cm", {"body": {"value_cm": float("inf")}}),
        ("end_drill", r"body\.ends", {"body": {"ends": ""}}),
        ("end_drill", "incident", {"event": "e1"}),
    ],
)
def test_what_is_wrong_is_named_with_its_place(kind: DecisionKind, where: str, how: dict[str, Any]) -> None:
    """The field, what is wrong with it, and what would be right."""
    with pytest.raises(BadInput, match=f"^{where}: .*\\. .+"):
        check(sound(kind, **how))


def test_a_city_may_be_stricter_and_never_laxer() -> None:
    """An hour's silence at most where the city says so; five hours nowhere."""
    strict = Limits(silence_s=1_800.0)
    with pytest.raises(BadInput, match=r"At most 0\.5 hours"):
        check(sound("silence"), strict)
    assert check(sound("silence", until_us=NOON_US + HOUR_US // 2), strict)
    for laxer in ({"silence_s": 5 * 3_600.0}, {"acknowledge_s": 90_000.0}, {"silence_s": 0.0}):
        with pytest.raises(BadInput, match="never lengthen"):
            Limits(**laxer)


def test_an_acknowledgement_holds_two_hours_unless_said_otherwise() -> None:
    """Its default expiry."""
    assert acknowledged_until_us(NOON_US) == NOON_US + 2 * HOUR_US
    assert acknowledged_until_us(NOON_US, 60.0) == NOON_US + MINUTE_US


@pytest.mark.parametrize(
    ("matchers", "fits"),
    [
        ({}, True),
        ({"rule": "flood"}, True),
        ({"rule": "flood", "node": "code-hulu"}, True),
        ({"rule": "flood", "node": "code-hilir"}, False),
        ({"region": "34.71.02"}, True),
        ({"region": "34.71.02.1002"}, True),
        ({"region": "34.71.0"}, False),
        ({"river": "Winongo"}, False),
        ({"severity": "critical", "site": "jembatan"}, True),
    ],
)
def test_every_matcher_must_fit(matchers: dict[str, str], fits: bool) -> None:
    """A region stands for the regions within it, at a dot and nowhere else."""
    facts = Facts("i1", "e1", "flood", "public", "flood", "code-hulu", "jembatan", "34.71.02.1002", "Code", "critical")
    assert covers(sound("silence", incident="", body={"matchers": matchers}), facts) is fits
    assert not covers(sound("silence", incident="i2", body={"matchers": {}}), facts)
    assert not covers(sound("silence", incident="", event="e2", body={"matchers": {}}), facts)


def test_only_the_command_centre_holds_back_the_publics_warning() -> None:
    """Nor may an officer silence more than one event; a technician says nothing of the water."""
    public, wide = sound("silence", body={"public": True}), sound("silence", incident="")
    for one in (public, wide):
        assert [role for role in ("officer", "technician", "operator", "admin") if may_decide(one, role)] == [
            "operator",
            "admin",
        ]
    assert may_decide(sound("silence"), "technician")
    assert not may_decide(sound("end"), "technician")
    assert may_decide(sound("read_on_site"), "officer")
    assert not any(may_decide(sound(kind), role) for kind in KINDS for role in ("public", "resident", "service"))


def test_only_the_agency_that_signs_speaks_in_the_citys_name() -> None:
    """Not its technician, not another agency's officer, and not the command centre, which may hold a drill."""
    for kind in SIGNED:
        assert [role for role in ROLES if may_decide(sound(kind), role, signs=True)] == ["officer", "admin"]
        assert not any(may_decide(sound(kind), role) for role in ROLES)
    assert [role for role in ROLES if may_decide(sound("drill"), role)] == ["operator", "admin"]
    assert may_decide(sound("end_drill"), "officer", signs=True)
    assert may_decide(sound("seen_on_camera"), "officer")
    assert not may_decide(sound("seen_on_camera"), "technician", signs=True)


def test_a_kind_that_nobody_knows_is_refused() -> None:
    """With the ones there are."""
    with pytest.raises(BadInput, match=r"^kind: .*acknowledge"):
        check(replace(sound("comment"), kind="shout"))  # type: ignore[arg-type]
