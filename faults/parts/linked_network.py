"""A broker in a network of its own, and the links by which nodes and services reach it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from broker.ports import BrokerAddress
from faults.laboratory import Laboratory
from faults.parts.brokers import RunningBroker, mosquitto
from faults.parts.linked_city import ANYWHERE, Ways
from faults.parts.netns import Network, Spoke, network
from faults.parts.tcp_proxy import TcpProxy

NODES, SERVICES = "nodes", "services"
_ANY_HOST = "0.0.0.0"  # noqa: S104  in the hub's own network


@dataclass(frozen=True)
class LinkedNetwork:
    """The broker at the hub; nodes come by their link and through `proxy`, services by theirs."""

    net: Network
    broker: RunningBroker
    proxy: TcpProxy

    @property
    def nodes(self) -> Spoke:
        return self.net.spokes[NODES]

    @property
    def services(self) -> Spoke:
        return self.net.spokes[SERVICES]

    def at_hub(self, spoke: Spoke, port: int) -> BrokerAddress:
        """A port of the hub as a spoke reaches it."""
        return BrokerAddress(spoke.hub_address, port)

    @property
    def ways(self) -> Ways:
        return Ways(
            nodes=[self.at_hub(self.nodes, self.proxy.address.port)],
            services=[self.at_hub(self.services, self.broker.address.port)],
            nodes_in=self.nodes.place,
            services_in=self.services.place,
        )


@contextlib.contextmanager
def linked_network(laboratory: Laboratory) -> Iterator[LinkedNetwork]:
    """Raises NotInstalled where this machine allows no networks of our own, or has no Mosquitto."""
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(network(NODES, SERVICES))
        with net.hub.entered():
            broker = stack.enter_context(mosquitto(ANYWHERE))
            proxy = stack.enter_context(
                contextlib.closing(TcpProxy(broker.address, laboratory.clock, laboratory.rng, host=_ANY_HOST))
            )
        yield LinkedNetwork(net, broker, proxy)
