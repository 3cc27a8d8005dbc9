"""What a message from the broker means to a city's engine. Pure: it keeps nothing but a count."""

from __future__ import annotations

import structlog

from alerts.canary import Canary
from alerts.engine import Engine, Transition
from alerts.samples import from_message
from broker.ports import Incoming
from contract import topics
from contract.clock import EARLIEST_US
from contract.codec import decode
from contract.errors import BadInput
from contract.messages import Birth, Readings, Status

log = structlog.get_logger(__name__)


class Hearing:
    """One city's. What cannot be read is ingest's to keep and to complain of; here it is only passed by."""

    def __init__(self, city: str) -> None:
        self._city = city
        self.readings = 0
        """how many were judged since the start"""

    def judge(self, engine: Engine, message: Incoming, now_us: int, canary: Canary | None) -> list[Transition]:
        """One message that reached us at `now_us`."""
        sent_us = canary.home(message) if canary is not None else None
        if sent_us is not None:
            engine.witness(min(sent_us, now_us))
            return []
        address = topics.parse(message.topic)
        if address is None or address.city != self._city or address.node not in engine.places:
            return []
        try:
            if address.leaf == "readings":
                return self._readings(engine, address, message.payload, now_us)
            if address.leaf == "birth":
                _birth(engine, address, message.payload, now_us)
            elif address.leaf == "status":
                _status(engine, address, message.payload, now_us)
        except BadInput as error:
            log.debug("alerts.unreadable", topic=message.topic, error=str(error))
        return []

    def _readings(self, engine: Engine, address: topics.Address, payload: bytes, now_us: int) -> list[Transition]:
        batch = decode(Readings, payload)
        if (batch.city, batch.node) != (address.city, address.node):
            return []
        transitions: list[Transition] = []
        for sample in from_message(batch):
            # What swears by an impossible past is refused: it says nothing of now, and makes nothing else old.
            if sample.observed_us >= EARLIEST_US or sample.trust == "untrusted":
                transitions += engine.step(sample, now_us)
        self.readings += len(batch.readings)
        return transitions


def _birth(engine: Engine, address: topics.Address, payload: bytes, now_us: int) -> None:
    birth = decode(Birth, payload)
    if (birth.city, birth.node) != (address.city, address.node):
        return
    engine.status(birth.node, online=True, birth_no=birth.birth_no, now_us=now_us)
    for sensor in birth.sensors:
        engine.period(birth.node, sensor.sensor, sensor.period_s)


def _status(engine: Engine, address: topics.Address, payload: bytes, now_us: int) -> None:
    status = decode(Status, payload)
    if (status.city, status.node) == (address.city, address.node):
        engine.status(status.node, online=status.state == "online", birth_no=status.birth_no, now_us=now_us)
