"""`siaga up` as people start it: a small city in a folder of its own, its fleet, and the pids of everything in it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from faults.books import Books, books
from faults.parts import tiny_city
from faults.parts.brokers import free_port
from faults.parts.must import must
from faults.parts.stages import ROOT, Stage, stage
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore

WIFI_POINTS = 18
_GONE_S = 10.0
_START_S = 90.0
STAGES = ("ingest", "alerts", "api")
FLASH = """
[scenario]
title = { id = "Banjir kilat", en = "A flash flood" }
starts_at = 15:30:00

[flood]
river = "any"
record = "dead_run_2018-06"
first = 2018-06-11T09:06:00Z
last = 2018-06-11T16:00:00Z
"""


@dataclass
class WholeCity:
    """A city under `siaga up`."""

    folder: Path
    up: Stage
    settings: Mapping[str, object]
    readings: ReadingStore
    cities: CityStore

    @property
    def city(self) -> str:
        return tiny_city.CODE

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def stored(self) -> int:
        """Readings kept, counted by reading them."""
        return sum(entry.rows for entry in self.readings.ledger(self.city))

    @property
    def pages(self) -> str:
        return f"http://127.0.0.1:{self.settings['SIAGA_API_PORT']}"

    def began_us(self) -> int | None:
        """When the simulator's story began (wall time), None while no simulator runs."""
        pid = self.pid("simulate")
        with contextlib.suppress(psutil.NoSuchProcess, ValueError):
            words = psutil.Process(pid).cmdline() if pid is not None else []
            return int(words[words.index("--since-us") + 1])
        return None

    def pid(self, name: str) -> int | None:
        """The process of a stage, of the simulator ("simulate") or of the broker ("nats-server"), None while none."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.up.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    words = child.cmdline()
                    broker = name == "nats-server" and bool(words) and words[0].endswith(name)
                    if broker or ("siaga.child" in words and name in words):
                        return child.pid
        return None

    def everybody(self) -> list[psutil.Process]:
        """`siaga up` and every process below it."""
        up = psutil.Process(self.up.pid)
        return [up, *up.children(recursive=True)]

    def books(self) -> Books:
        return books(self.city, self.data / "fleet", self.readings, self.cities)


def _take_down(up: Stage) -> None:
    """`siaga up` and, after it, whoever it has started: a child that is told of its end by the kernel alone may write
    for another while into a folder that is being removed."""
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(up.pid).children(recursive=True)
        if not up.ended:
            up.kill()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(children, timeout=_GONE_S)


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that has ended and that nobody has asked about does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def write_city(root: Path, points: int = WIFI_POINTS) -> None:
    """The tiny city with so many WiFi points (three at least), and with the rules of a large one."""
    more = [f"cth-wifi-{number},wifi,Titik {number},taman,public,wifi\n" for number in range(4, points + 1)]
    folder = tiny_city.write(root, nodes_csv=tiny_city.FILES["nodes.csv"] + "".join(more))
    shutil.copytree(
        ROOT / "cities" / "yogyakarta" / "rules",
        folder / "rules",
        ignore=shutil.ignore_patterns("rise.toml", "stories"),
    )


@contextlib.contextmanager
def whole_city(
    folder: Path,
    *,
    speed: float,
    write: Callable[[Path], None] = write_city,
    scenario: str = FLASH,
    **settings: object,
) -> Iterator[WholeCity]:
    """A city of 21 nodes with a river that rises, up and accepting readings. `write` puts another city (of the same
    code) into a folder, `scenario` is the text of another story, `settings` are further variables."""
    write(folder / "cities")
    (folder / "flash.toml").write_text(scenario)
    given: dict[str, object] = {
        **tiny_city.settings(folder),
        "SIAGA_API_PORT": free_port(),
        "SIAGA_MQTT_PORT": free_port(),
        "SIAGA_SPEED": speed,
        "SIAGA_SCENARIO": folder / "flash.toml",
        **settings,
    }
    with contextlib.ExitStack() as stack:
        up = stack.enter_context(stage(folder / "log", given, "up"))
        stack.callback(_take_down, up)
        run = folder / "data" / "run"
        must(up.until(lambda: all((run / f"{one}.json").exists() for one in STAGES), _START_S), up.said())
        readings = stack.enter_context(contextlib.closing(open_readings(str(given["SIAGA_READINGS_URL"]))))
        cities = stack.enter_context(contextlib.closing(open_city(str(given["SIAGA_CITY_URL"]), migrate=False)))
        city = WholeCity(folder, up, given, readings, cities)
        must(up.until(lambda: city.stored() > 0, _START_S), up.said())
        yield city
