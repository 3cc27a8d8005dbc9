"""A sensor that goes mad beyond what quarantine keeps in a second, beside a gauge on the same pole."""

from __future__ import annotations

from pathlib import Path

from support.lossy_city import NODE, City, Pole

from contract import codec
from contract.clock import SECOND_US
from contract.kinds import FloodValues, NodeValues
from contract.messages import Ack, Readings
from edge.ports import SensorInfo
from ingest.quarantine import Buckets

MAD_PER_S = 40
PERIOD_S = 10
LAST_S = 300


class RatedCity(City):
    """As ingest: what is refused beyond the rate is answered to nobody, and stays with its node."""

    def __init__(self) -> None:
        super().__init__(refuses=frozenset({"self"}))
        self.buckets = Buckets(20.0, 500)
        self.late_s: dict[int, float] = {}

    def _keep(self, batch: Readings, now_us: int) -> bytes:
        for reading in batch.readings:
            if reading.sensor == "level":
                self.late_s.setdefault(reading.seq, (now_us - reading.observed_us) / SECOND_US)
        ack = codec.decode(Ack, super()._keep(batch, now_us))
        kept = tuple(one for one in ack.refused if self.buckets.take(NODE, now_us))
        return codec.encode(ack.model_copy(update={"refused": kept}))


def test_good_readings_pass_a_neighbour_that_is_refused_beyond_the_rate(tmp_path: Path) -> None:
    """The window never closes for good: each reading of the gauge is stored soon, though the mad sensor sends twice
    what the rate lets through; and when it is well again everything is answered."""
    city = RatedCity()
    sensors = [SensorInfo("level", "flood", PERIOD_S, ""), SensorInfo("self", "node", 1.0, "")]
    pole = Pole(tmp_path / "spool", sensors, city=city)
    try:
        pole.live(5)
        levels = 0
        for second in range(LAST_S):
            if second % PERIOD_S == 0:
                pole.agent.observe("level", FloodValues(level_cm=50.0 + second % 7), pole.at)
                levels += 1
            for _ in range(MAD_PER_S):
                pole.agent.observe("self", NodeValues(cpu_percent=5.0), pole.at)
            pole.live(1)
        pole.live(30)
        assert len(city.late_s) == levels
        # One batch that waits for its refusals is asked about again after 10 s at first.
        assert max(city.late_s.values()) < 15
        assert pole.spool.pending > 1_000
        pole.live(MAD_PER_S * LAST_S / 20 + 120)
        assert pole.spool.pending == 0
    finally:
        pole.close()
