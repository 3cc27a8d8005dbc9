"""Mosquitto's log, judged by the rights that are shipped."""

from __future__ import annotations

from pathlib import Path

from fleet import acl
from fleet.brokerlog import BrokerLog

SHIPPED = Path(__file__).parents[2] / "broker" / "mosquitto"


def judged(city: str, *, nodes_port: int = 8883, services_port: int = 8884) -> BrokerLog:
    """A log of which nothing was read yet."""
    return BrokerLog(
        city=city,
        nodes=acl.read(SHIPPED / "nodes.acl", city),
        services=acl.read(SHIPPED / "services.acl", city),
        nodes_port=nodes_port,
        services_port=services_port,
        myself="watch",
    )
