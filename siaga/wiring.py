"""Which part gets what. By hand, once, and straight through."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from broker.ports import BrokerAddress, Tls
from contract.city import Profile
from contract.clock import Clock, SystemClock
from contract.compress import compressed
from siaga import heartbeat
from siaga.settings import Settings, read_secret

if TYPE_CHECKING:
    from alerts.rules import Rule
    from fastapi import FastAPI
    from store.ports import CityStore, ReadingStore

STAGES = ("ingest", "alerts", "api")


def profile(settings: Settings) -> Profile:
    """The city's folder, read strictly."""
    from cities.load import load

    return load(settings.city, settings.cities_folder)


def rules(settings: Settings) -> tuple[Rule, ...]:
    """The city's rules, their durations and rates brought to the speed of this world."""
    from alerts.rulefile import load_rules
    from cities.load import rules_folder

    return compressed(load_rules(rules_folder(settings.city, settings.cities_folder)), settings.speed)


def readings(settings: Settings) -> ReadingStore:
    from store import open_readings

    _make_data_folder(settings)
    return open_readings(settings.readings_location, token=read_secret(settings.readings_token_file))


def cities(settings: Settings, *, migrate: bool = False) -> CityStore:
    from store import open_city

    _make_data_folder(settings)
    location = settings.city_location
    password = read_secret(settings.city_password_file)
    return open_city(location, migrate=migrate, password=password)


def _make_data_folder(settings: Settings) -> None:
    settings.data_folder.mkdir(parents=True, exist_ok=True)


def brokers(settings: Settings) -> tuple[BrokerAddress, ...]:
    return tuple(BrokerAddress(broker.host, broker.port) for broker in settings.brokers)


def tls(settings: Settings) -> Tls | None:
    if settings.broker_ca_file and settings.broker_cert_file and settings.broker_key_file:
        return Tls(settings.broker_ca_file, settings.broker_cert_file, settings.broker_key_file)
    return None


def holder() -> str:
    """Who holds a lease: this machine and this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _facts(counts: object) -> dict[str, Any]:
    if is_dataclass(counts) and not isinstance(counts, type):
        return asdict(counts)
    return dict(counts) if isinstance(counts, Mapping) else {}
