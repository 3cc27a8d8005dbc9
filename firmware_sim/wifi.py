"""A public WiFi point through a day: guests come with people, and a full point answers slowly."""

from __future__ import annotations

from contract.kinds import HotspotValues
from firmware_sim.crowds import by_hour
from firmware_sim.noise import between, drift


def values(site: str, story_s: float, hour: float, seed: int, *, uplink_up: bool) -> HotspotValues:
    """One look at the point. Behind a dead uplink its own gateway still answers, and nothing beyond it."""
    most = between(6.0, 40.0, seed, "guests", site)
    clients = max(0, round(most * by_hour(hour) * (1.0 + 0.3 * drift(story_s, 900.0, seed, "clients", site))))
    if not uplink_up:
        return HotspotValues(
            gateway_ok=True, dns_ok=False, internet="down", broker_ok=False, clients=clients, loss_percent=100.0
        )
    base_ms = between(8.0, 25.0, seed, "latency", site)
    jitter = 1.0 + 0.2 * drift(story_s, 120.0, seed, "jitter", site)
    return HotspotValues(
        gateway_ok=True,
        dns_ok=True,
        internet="open",
        broker_ok=True,
        clients=clients,
        latency_ms=round(base_ms * jitter + 0.6 * clients, 1),
        loss_percent=round(max(0.0, 1.2 * drift(story_s, 300.0, seed, "loss", site)), 1),
    )
