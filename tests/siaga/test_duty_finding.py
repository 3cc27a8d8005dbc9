"""What `siaga doctor` says of the roster: gaps of the week to come, and who cannot be woken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.commands import new_city
from support.people_data import deed, person

from contract.clock import DAY_US, HOUR_US, SECOND_US, ManualClock
from contract.duty import Shift, Way
from contract.errors import BadInput
from siaga import examine, wiring
from siaga.settings import Settings
from store.ports import CityStore

NOW_US = 1_769_223_600 * SECOND_US  # Saturday, 24 January 2026, 10.00 WIB
CHANNELS = """
[[channel]]
kind = "ring"
server = "sip.penyedia.example"
user = "siaga"
secret_env = "RAHASIA"

[[channel]]
kind = "ntfy"
url = "https://ntfy.example"
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "channels.toml").write_text(CHANNELS)
    return new_city(tmp_path, monkeypatch).model_copy(update={"channels_file": tmp_path / "channels.toml"})


@pytest.fixture
def store(settings: Settings) -> Iterator[CityStore]:
    with closing(wiring.cities(settings)) as opened:
        siti = person(1, city=settings.city)
        opened.put_person(siti, deed("person.joined", siti.id))
        yield opened


def said(settings: Settings) -> str:
    try:
        return examine._duty(settings, ManualClock(NOW_US))
    except BadInput as wrong:
        return str(wrong)


def test_gaps_and_who_cannot_be_woken_are_named(settings: Settings, store: CityStore) -> None:
    city, siti = settings.city, person(1).id
    assert "nobody is on duty from Sat 24 Jan 10.00 to Sat 31 Jan 10.00 WIB" in said(settings)
    first = Shift(id="a", city=city, person=siti, rung=1, from_us=NOW_US - HOUR_US, to_us=NOW_US + 2 * DAY_US)
    last = Shift(id="b", city=city, person=siti, rung=1, from_us=NOW_US + 3 * DAY_US, to_us=NOW_US + 8 * DAY_US)
    store.put_shifts(city, [first, last], deed("duty.planned"))
    assert "from Mon 26 Jan 10.00 to Tue 27 Jan 10.00 WIB" in said(settings)
    between = Shift(id="c", city=city, person=siti, rung=2, from_us=first.to_us, to_us=last.from_us)
    store.put_shifts(city, [between], deed("duty.planned"))
    assert "1 of those on duty have no two channels of which one rings" in said(settings)
    for channel in ("ring", "ntfy"):
        way = Way(city=city, person=siti, channel=channel, address="0812", rings=channel == "ring")
        store.put_way(way, deed("duty.way"))
    assert said(settings).startswith("somebody is on duty in each hour")


def test_a_city_without_channels_is_told_that_it_wakes_nobody(settings: Settings, store: CityStore) -> None:
    """It may have other means; that is no fault of the start."""
    assert "no SIAGA_CHANNELS_FILE" in said(settings.model_copy(update={"channels_file": None}))
