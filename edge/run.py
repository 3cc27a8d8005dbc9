"""`siaga edge run`: one real node, from its configuration to a clean end."""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog

from broker import tls as tls_files
from broker.ports import Tls
from contract.clock import SystemClock
from contract.errors import BadInput
from contract.messages import ClockSource
from edge import config as configuration
from edge import kinds
from edge.agent import Agent, Identity
from edge.clock import BUILD_US, boot_id, system_source
from edge.ports import Instant, Sensor
from edge.runner import Member, Runner
from edge.sdnotify import Notifier
from edge.siren import lines
from edge.siren.kept import KeptSirens
from edge.siren.port import LineFault, Wiring
from edge.sources import ThreadedSensors
from edge.spool import Spool

_SOURCE_AGE_S = 5.0
_SILENCE = "Cut its power by hand; a line that another program holds is that program's to let go."
_log = structlog.get_logger("edge.run")


def run(config_path: Path, stop_event: threading.Event) -> None:
    """Run the node of `config_path` until `stop_event` is set. Raises BadInput where the configuration, the spool or
    a sensor cannot be used."""
    from broker.link import PahoLink

    loaded = configuration.load(config_path)
    node = loaded.config.node
    clock, source = SystemClock(), _Remembered()
    link = PahoLink(
        node.node,
        keepalive_s=node.keepalive_s,
        tls=_sound(loaded.tls),
        knows_the_time=lambda: source() != "none" and clock.now_us() >= BUILD_US,
    )
    with ExitStack() as on_failure:
        sensors = _sensors(loaded, on_failure)
        now = Instant(clock.mono_us(), clock.now_us(), source())
        spool = Spool(loaded.spool, boot_id(), now, bound=loaded.bound)
        on_failure.pop_all()  # from here on they are the runner's to close
    agent = Agent(
        Identity(node.city, node.node, node.firmware or _firmware()),
        [sensor.info for sensor in sensors],
        spool,
        loaded.brokers,
        random.Random(),  # noqa: S311 - jitter
        transport=loaded.transport,
        limits=loaded.limits,
        rising=loaded.rising,
        sirens=[one.siren for one in loaded.sirens],
    )
    # The runner comes after its members; no sensor wakes it before its first turn.
    fastest_s = {one.sensor: one.fastest_s for one in loaded.config.sensors}
    threads = ThreadedSensors(sensors, clock, source, lambda: runner.wake(), fastest_s=fastest_s)  # noqa: PLW0108
    notifier = Notifier(os.environ)
    sirens = KeptSirens(loaded.sirens, lambda: runner.wake()) if loaded.sirens else None  # noqa: PLW0108
    member = Member(agent, link, threads, sirens=sirens)
    runner = Runner([member], clock, source=source, progress=_Watchdog(notifier))
    _wake_on(stop_event, runner)
    notifier.say("READY=1")
    ledger = spool.ledger()
    _log.info(
        "edge_runs",
        city=node.city,
        node=node.node,
        sensors=[one.sensor for one in loaded.config.sensors],
        sirens=[one.siren for one in loaded.sirens],
        brokers=[f"{one.host}:{one.port}" for one in loaded.brokers],
        tls=loaded.tls is not None,
        clock=source(),
        spool=str(loaded.spool),
        epoch=ledger.epoch,
        pending=ledger.pending,
    )
    runner.run(stop_event)
    notifier.say("STOPPING=1")


def check(config_path: Path) -> str:
    """One line about a node that would start. Raises BadInput where it would not. Nothing is measured, sent or written;
    a camera is opened and closed."""
    loaded = configuration.load(config_path)
    _sound(loaded.tls)
    with ExitStack() as stack:
        _sensors(loaded, stack)
    hang = [f"{one.siren} ({_described(config_path, one)})" for one in loaded.sirens]
    node = loaded.config.node
    sensors = ", ".join(f"{one.sensor} ({one.type}, every {one.period_s:g} s)" for one in loaded.config.sensors)
    brokers = ", ".join(f"{one.host}:{one.port}" for one in loaded.brokers)
    way = "with TLS" if loaded.tls is not None else "without TLS"
    sirens = f"; sirens: {', '.join(hang)}" if hang else ""
    return (
        f"{config_path}: {node.node} in {node.city} is in order: {sensors}; to {brokers} {way}; spool {loaded.spool}"
        + sirens
    )


def silence(config_path: Path) -> str:
    """One line about the sirens of a node that were silenced, whoever left them as they were. Raises BadInput where one
    cannot be."""
    loaded = configuration.load(config_path, keys=False)
    try:
        lines.horns_of(loaded.sirens).close()
    except LineFault as fault:
        raise BadInput(str(fault), where=str(config_path), remedy=_SILENCE) from None
    names = ", ".join(one.siren for one in loaded.sirens) or "no sirens"
    return f"{config_path}: silent: {names}"


def _described(config_path: Path, wiring: Wiring) -> str:
    try:
        return lines.described(wiring)
    except LineFault as fault:
        where = f"{config_path}: siren {wiring.siren}"
        raise BadInput(str(fault), where=where, remedy="Mend the wiring or its [[sirens]] section.") from None


def _sensors(loaded: configuration.Loaded, stack: ExitStack) -> list[Sensor]:
    """The node's sensors, each closed with `stack`."""
    sensors: list[Sensor] = []
    for one in loaded.config.sensors:
        sensor = kinds.load(one.type).build(one.sensor, one.period_s, loaded.options[one.sensor])
        stack.callback(sensor.close)
        sensors.append(sensor)
    return sensors


def _sound(tls: Tls | None) -> Tls | None:
    """The files as they are, once they are known to work: not minutes later, at the first connection."""
    if tls is not None:
        tls_files.context(tls)
    return tls


class _Remembered:
    """What the machine's clock rests on, asked of the kernel at most every five seconds."""

    def __init__(self) -> None:
        self._asked_s = -_SOURCE_AGE_S
        self._source: ClockSource = "none"

    def __call__(self) -> ClockSource:
        now_s = time.monotonic()
        if now_s - self._asked_s >= _SOURCE_AGE_S:
            self._asked_s = now_s
            self._source = system_source()
        return self._source


class _Watchdog:
    """Feeds systemd's watchdog from the loop itself, so that a hung loop starves it."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._every_s = None if notifier.watchdog_s is None else notifier.watchdog_s / 3
        self._fed_s = 0.0

    def __call__(self) -> None:
        if self._every_s is not None and time.monotonic() - self._fed_s >= self._every_s:
            self._fed_s = time.monotonic()
            self._notifier.say("WATCHDOG=1")


def _wake_on(stop_event: threading.Event, runner: Runner) -> None:
    def wait() -> None:
        stop_event.wait()
        runner.wake()

    threading.Thread(target=wait, name="stop", daemon=True).start()


def _firmware() -> str:
    try:
        return f"siaga {version('siaga')}"
    except PackageNotFoundError:
        return "siaga"
