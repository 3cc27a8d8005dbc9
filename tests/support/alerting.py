"""The alert process as tests run it: real broker, real stores, the small city of `support.watch`, rules played fast.

`python -m support.alerting PORT FOLDER HOLDER [PUSH]` is the process alone, for tests that kill it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import watch

from alerts.channels.ntfy import Ntfy
from alerts.channels.port import Channel
from alerts.process import AlertsProcess
from alerts.reload import Pack
from alerts.rules import Rule
from alerts.sampling import Sampling
from alerts.webhooks import Receiver
from broker.ports import BrokerAddress, Subscription
from broker.subscription import PahoSubscription, alert_topics
from complaints.builtin import BuiltinDesk
from complaints.desk import Desk
from complaints.outward import Outward
from contract import topics
from contract.addresses import networks
from contract.city import Profile
from contract.clock import Clock, ManualClock, SystemClock
from contract.codec import encode
from contract.compress import compressed
from contract.kinds import FloodValues
from contract.levels import Scale
from contract.messages import FloodReading, Readings
from contract.quality import Quality
from faults.parts.bench_city import Letterbox
from siaga.signals import stop_event
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore, Row, Series

FASTER = 960.0
"""`for` is 0.5 s, `clear_for` and `no_data_for` 1.9 s"""
BASE_URL = "http://127.0.0.1:8080"
GAUGE = "code-hulu"


@dataclass
class Stores:
    """Both stores of the small city, on SQLite in one folder."""

    folder: Path
    readings: ReadingStore = field(init=False)
    cities: CityStore = field(init=False)

    def __post_init__(self) -> None:
        self.readings = open_readings(f"sqlite:///{self.folder}/readings.db")
        self.cities = open_city(f"sqlite:///{self.folder}/city.db")

    def close(self) -> None:
        self.readings.close()
        self.cities.close()


def subscription(address: BrokerAddress, client_id: str, *, sirens: bool = False) -> PahoSubscription:
    """A service's reader of the small city."""
    heard = alert_topics(watch.CITY, sirens=sirens)
    return PahoSubscription([address], client_id, heard, rng=random.Random(), clock=SystemClock(), backoff_cap_s=0.2)


def process(
    stores: Stores,
    reader: Subscription,
    *,
    holder: str = "satu",
    clock: Clock | None = None,
    desk: Desk | None = None,
    cities: CityStore | None = None,
    faster: float = FASTER,
    rules: Sequence[Rule] | None = None,
    lease_ttl_s: float = 1.0,
    pack: Pack[tuple[Rule, ...]] | None = None,
    staffs: Pack[tuple[Scale, ...]] | None = None,
    sampling: Sampling | None = None,
    receivers: Sequence[Receiver] = (),
    outward: Outward | None = None,
    channels: Mapping[str, Channel] | None = None,
    profile: Profile | None = None,
    **more: Any,
) -> AlertsProcess:
    """The process of the small city. Its lease is short, so that a killed one is soon replaced."""
    kept, city = cities or stores.cities, profile or watch.profile()
    return AlertsProcess(
        profile=city,
        rules=compressed(watch.rules() if rules is None else tuple(rules), faster),
        subscription=reader,
        readings=stores.readings,
        cities=kept,
        desk=desk or BuiltinDesk(kept, city, BASE_URL),
        clock=clock or SystemClock(),
        holder=holder,
        base_url=BASE_URL,
        lease_ttl_s=lease_ttl_s,
        snapshot_every_s=0.2,
        pack=pack,
        staffs=staffs,
        sampling=sampling,
        receivers=receivers,
        outward=outward,
        channels=channels,
        **more,
    )


def batch(seq: int, observed_us: int, cm: float, node: str = GAUGE) -> tuple[str, bytes]:
    """Topic and payload of one level."""
    reading = FloodReading(
        seq=seq,
        sensor="gauge",
        observed_us=observed_us,
        mono_us=observed_us - watch.START_US if observed_us > watch.START_US else 0,
        trust="synced",
        quality=Quality.GOOD,
        values=FloodValues(level_cm=cm),
    )
    message = Readings(
        city=watch.CITY, node=node, boot="00000000", epoch=watch.EPOCH, sent_us=observed_us, readings=(reading,)
    )
    return topics.readings(watch.CITY, node), encode(message)


def late_batch(levels: Sequence[tuple[int, int, float]], sent_us: int, node: str = GAUGE) -> tuple[str, bytes]:
    """Topic and payload of levels that were kept at the node: (seq, observed_us, cm) each."""
    readings = tuple(
        FloodReading(
            seq=seq,
            sensor="gauge",
            observed_us=observed_us,
            mono_us=max(0, observed_us - watch.START_US),
            trust="synced",
            quality=Quality.GOOD,
            values=FloodValues(level_cm=cm),
        )
        for seq, observed_us, cm in levels
    )
    message = Readings(
        city=watch.CITY, node=node, boot="00000000", epoch=watch.EPOCH, sent_us=sent_us, readings=readings
    )
    return topics.readings(watch.CITY, node), encode(message)


def row(seq: int, observed_us: int, cm: float, node: str = GAUGE, received_us: int | None = None) -> Row:
    """The same level as ingest keeps it."""
    series = Series(watch.CITY, node, "gauge", "flood")
    received = observed_us if received_us is None else received_us
    values = {"level_cm": cm}
    return Row(series, "34.71.02.1002", observed_us, received, watch.EPOCH, seq, "synced", Quality.GOOD, {}, values)


class Judged:
    """The small city's engine on a letterbox and a clock of the test."""

    def __init__(self, stores: Stores, **how: Any) -> None:
        self.stores, self.clock, self.post = stores, ManualClock(watch.START_US), Letterbox()
        self.clock.advance(60)
        self.seq = 0
        self.process = self.engine(**how)

    def engine(self, **how: Any) -> AlertsProcess:
        """Another one, for `process`'s `how`."""
        return process(self.stores, self.post, clock=self.clock, faster=1.0, lease_ttl_s=1e6, **how)

    def level(self, cm: float, node: str = GAUGE) -> None:
        """Five minutes later a gauge has spoken, and it was stored; turns every minute, for the engine hears itself."""
        for _ in range(5):
            self.clock.advance(60)
            assert self.process.turn(0.0)
        self.seq += 1
        self.stores.readings.write([row(self.seq, self.clock.now_us(), cm, node)])
        self.post.post(*batch(self.seq, self.clock.now_us(), cm, node))
        assert self.process.turn(0.0)


def main(port: int, folder: Path, holder: str, push: str = "") -> None:
    """Run until SIGTERM. `push`: where people on duty are reached."""
    stop = stop_event()
    stores = Stores(folder)
    reader = subscription(BrokerAddress("127.0.0.1", port), "alerts")
    try:
        home = Outward(networks("127.0.0.0/8", where="test"))
        channels = {"push": Ntfy(home.judge(push, where="test"), home)} if push else {}
        process(stores, reader, holder=holder, channels=channels).run(stop)
    finally:
        reader.close()
        stores.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
