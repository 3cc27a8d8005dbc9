"""Which sirens sound for what, and which rows that makes."""

from __future__ import annotations

import pytest
from support.bulletins import bulletin

from contract.bulletin import BulletinKind
from contract.siren import SirenInfo, following, silencing, sounding

HERE = SirenInfo("masjid-terban", "Masjid Terban", ("gauge-1",), 60.0)
ELSEWHERE = SirenInfo("masjid-kricak", "Masjid Kricak", ("gauge-9",), 60.0)
BOTH = (HERE, ELSEWHERE)
MINUTE_US = 60_000_000


@pytest.mark.parametrize(
    ("kind", "automatic", "does"),
    [
        ("order", True, ["sound"]),
        ("order", False, []),
        ("fact", True, []),
        ("correction", True, ["stop"]),
        ("correction", False, ["stop"]),
        ("all_clear", False, ["stop"]),
    ],
)
def test_an_order_sounds_and_its_end_silences(kind: BulletinKind, automatic: bool, does: list[str]) -> None:
    """By itself only where the city lets it; silencing always, for somebody may have sounded it by hand."""
    said = bulletin(kind=kind)
    asks = following(BOTH, said, said.at_us, automatic=automatic)
    assert [one.body["do"] for one in asks] == does
    assert {one.channel for one in asks} <= {"siren/masjid-terban"}


@pytest.mark.parametrize("kind", ["order", "correction", "all_clear"])
def test_a_drill_sounds_nothing_by_itself(kind: BulletinKind) -> None:
    """Somebody has to ask for it; then it sounds, for its order alone."""
    said = bulletin(kind=kind, drill=True)
    assert following(BOTH, said, said.at_us, automatic=True) == []
    assert len(sounding(BOTH, said, said.at_us)) == (kind == "order")


def test_asking_again_while_it_sounds_is_the_same_row() -> None:
    """Once it has fallen silent, asking again is another."""
    said = bulletin(kind="order")
    first, again, later = (sounding(BOTH, said, said.at_us + after) for after in (0, MINUTE_US - 1, MINUTE_US))
    assert first[0].key == again[0].key == f"siren/masjid-terban/{said.id}/sound/0"
    assert later[0].key != first[0].key


def test_an_order_to_sound_is_not_given_late() -> None:
    """Five minutes; silence is worth giving as long as it may sound."""
    said = bulletin(kind="order")
    (sound,), (stop,) = sounding(BOTH, said, said.at_us), silencing(BOTH, said, said.at_us)
    assert sound.expires_us == said.at_us + 5 * MINUTE_US
    assert stop.expires_us == said.at_us + 6 * MINUTE_US
    assert sound.body["for_s"] == 60.0
