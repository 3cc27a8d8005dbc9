"""A city's own complaint system for a demo: the city's example of a file of systems, and a stand-in on this machine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from cities.load import folder
from contract.clock import SECOND_US, Clock
from firmware_sim.systems import STAND_IN, city_system
from siaga.settings import Settings

FILE = "systems.toml"
_HERE = "127.0.0.1/32"


@contextmanager
def own_system(settings: Settings, clock: Clock) -> Iterator[Settings]:
    """The settings with a city's own system, until the end; as they are where the city ships no example, or a file of
    systems is set already. The secret is made anew, and its numbers never repeat those of an earlier demo."""
    example = folder(settings.city, settings.cities_folder) / FILE
    if settings.systems_file is not None or not example.exists():
        yield settings
        return
    with city_system() as far:
        far.keytoken = secrets.token_hex(16)
        far.prefix = f"S{clock.now_us() // SECOND_US % 1_000_000:06d}-"
        place = settings.data_folder / FILE
        secret = place.with_name("systems.secret")
        secret.touch(0o600)
        secret.write_text(far.keytoken, encoding="utf-8")
        written = example.read_text(encoding="utf-8").replace(STAND_IN, f"http://127.0.0.1:{far.port}")
        place.write_text(written, encoding="utf-8")
        allowed = ", ".join(one for one in (settings.outward_allow, _HERE) if one)
        yield settings.model_copy(update={"systems_file": place, "outward_allow": allowed})
