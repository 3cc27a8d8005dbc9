"""A city without a node of its own: ingest and alerts as processes behind a real broker, one river, one public gauge.

Whatever is to be heard in it a trial brings itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from broker.ports import BrokerAddress
from cities.load import load
from contract.clock import SystemClock
from contract.incident import Incident
from faults.parts import tiny_city
from faults.parts.brokers import mosquitto
from faults.parts.kept import Kept, kept_of, rows_of
from faults.parts.must import must
from faults.parts.served_city import write_city
from faults.parts.stages import Stage, last_beat, stage
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore, Row

CITY, GAUGE = tiny_city.CODE, "cth-duga-1"
HIGH_CM, LOW_CM = 85.0, 30.0
_LEASE_S = 5.0
_START_S = 90.0


@dataclass
class EmptyCity:
    """The servers, up and leading. `settings` are those of every stage."""

    folder: Path
    broker: BrokerAddress
    settings: Mapping[str, object]
    readings: ReadingStore
    cities: CityStore
    stages: Mapping[str, Stage] = field(default_factory=dict)

    def rows(self) -> list[Row]:
        """Every reading kept, in the order in which they came."""
        return rows_of(CITY, self.readings)

    def kept(self) -> Kept:
        return kept_of(CITY, self.readings, self.cities)

    def floods(self) -> list[Incident]:
        return [one for one in self.cities.incidents(CITY) if one.subject == "flood" and one.found_us is None]

    def says(self, name: str, fact: str) -> object:
        """A fact that a stage last said of itself; None before its first word."""
        return last_beat(self.folder / "data", name).get("facts", {}).get(fact)

    def end(self) -> list[str]:
        """Both stages in good order; what did not end as it should, in words."""
        codes = {name: self.stages[name].terminate() for name in ("alerts", "ingest")}
        return [f"{name} ended with {code}: {self.stages[name].said()[-300:]}" for name, code in codes.items() if code]


@contextlib.contextmanager
def empty_city(
    folder: Path, *, speed: float, points: int = 0, further: Mapping[str, object] | None = None
) -> Iterator[EmptyCity]:
    """The city, up. `points` WiFi points stand in its registry as well; `further` are more of its settings.

    Raises Broken where it does not come up.
    """
    write_city(folder / "cities", 1, points)
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(mosquitto())
        given: dict[str, object] = {
            **tiny_city.settings(folder),
            "SIAGA_BROKERS": f"{broker.address.host}:{broker.address.port}",
            "SIAGA_SPEED": speed,
            "SIAGA_LEASE_TTL_S": _LEASE_S,
            **(further or {}),
        }
        cities = stack.enter_context(contextlib.closing(open_city(str(given["SIAGA_CITY_URL"]))))
        cities.put_profile(load(CITY, folder / "cities"), SystemClock().now_us())
        readings = stack.enter_context(contextlib.closing(open_readings(str(given["SIAGA_READINGS_URL"]))))
        stages = {name: stack.enter_context(stage(folder / "log", given, name)) for name in ("ingest", "alerts")}
        city = EmptyCity(folder, broker.address, given, readings, cities, stages)
        for name, fact in (("ingest", "loops"), ("alerts", "leading")):
            must(stages[name].until(partial(city.says, name, fact), _START_S), stages[name].said())
        yield city
