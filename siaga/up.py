"""A whole city on one machine: the embedded broker and one process a stage, watched."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import structlog

from broker.embedded import EmbeddedBroker
from broker.handshake import answers
from contract.city import Profile
from contract.clock import SECOND_US, Clock
from contract.errors import BadInput, Unavailable
from siaga import data_folder, heartbeat, wiring
from siaga.deeds import by_itself
from siaga.ports_free import check_free
from siaga.settings import PREFIX, Broker, Settings
from siaga.supervisor import Child, Supervisor
from siaga.watchdog import Watchdog

ARGUMENTS = {"api": ("--supervised",)}
BROKER_AGAIN_US = SECOND_US
LOOK_S = 1.0
ASK_S = 0.5
"""how long the broker may take to answer when it is asked whether it lives"""
BROKER_STOP_WITHIN_S = 0.9
"""what the stages leave of five seconds; what a broker holds may be lost, for the nodes have it too"""

log = structlog.get_logger()


class City:
    """Start, watch, stop. Everything it starts ends with it."""

    def __init__(self, settings: Settings, clock: Clock, rng: random.Random, *, log_folder: Path | None = None) -> None:
        self.settings = settings.model_copy(
            update={
                "brokers": (Broker(host="127.0.0.1", port=settings.mqtt_port),),
                "data_folder": settings.data_folder.absolute(),
                # Never two at once here: one that is started again is the holder still.
                "lease_holder": settings.lease_holder or f"{socket.gethostname()}:up-{os.getpid()}",
            }
        )
        self._names = wiring.stages_of(settings)
        self._clock = clock
        self._log_folder = log_folder
        self._supervisor = Supervisor(clock, rng, log_folder)
        self._broker = EmbeddedBroker(self.settings.data_folder / "broker", port=settings.mqtt_port, clock=clock)
        self._broker_due_us = 0
        self._stages: dict[str, Child] = {}
        self._dogs = {stage: Watchdog(settings.hung_after_s, heartbeat.STARTING_S) for stage in self._names}
        self._broker_dog = Watchdog(settings.hung_after_s)
        self._broker_signs = 0
        self._broker_asked_us = 0
        self._looked_us = 0

    def check_ports(self) -> None:
        """Raises BadInput for one that is taken."""
        check_free(self.settings.api_host, self.settings.api_port, "api_port")
        check_free("127.0.0.1", self.settings.mqtt_port, "mqtt_port")

    def start(self) -> None:
        """Broker, schema and registry first, then all stages at once. Raises BadInput for a taken port or bad city."""
        settings = self.settings
        self.check_ports()
        data_folder.make(settings.data_folder)
        profile = wiring.profile(settings)
        wiring.rules(settings)
        wiring.receivers(settings)
        wiring.reach_file(settings)
        wiring.systems_file(settings, profile)
        if settings.bmkg_url:
            wiring.weather_feed(settings, self._clock)
        environment = as_environment(settings)
        self._broker.start()
        with ExitStack() as unless_started:
            unless_started.callback(self.stop)
            self._prepare(profile)
            for stage in self._names:
                self._start(stage, [stage, *ARGUMENTS.get(stage, ())], environment)
            if settings.snapshot_folder is not None:
                self._start("snapshot", ["snapshot"], environment)
            unless_started.pop_all()

    def _prepare(self, profile: Profile) -> None:
        wiring.readings(self.settings).close()
        with closing(wiring.cities(self.settings, migrate=True)) as store:
            now_us = self._clock.now_us()
            said = by_itself("city.apply", profile.code, now_us, nodes=len(profile.nodes))
            store.put_profile(profile, now_us, said)

    def _start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._stages[name] = self._supervisor.start(name, arguments, environment)

    def wait_ready(self, stop: threading.Event, *, within_s: float) -> bool:
        """Until every stage has given a sign of life. False where stopped before. Raises BadInput in the end.

        A simulated fleet begins as soon as somebody accepts and somebody judges: its story is told in real time, and
        what it tells to nobody would come late.
        """
        deadline_us = self._clock.mono_us() + round(within_s * SECOND_US)
        while not stop.wait(0.05):
            self.watch()
            missing = [stage for stage in self._names if not self._alive(stage)]
            if self.settings.scenario and "simulate" not in self._stages and not {"ingest", "alerts"} & set(missing):
                self._simulate(self.settings.scenario)
            if not missing:
                return True
            if self._clock.mono_us() > deadline_us:
                raise BadInput(
                    f"{', '.join(missing)} did not start within {within_s:.0f} s",
                    where="siaga up",
                    remedy="`siaga doctor` says why.",
                )
        return False

    def _simulate(self, scenario: str) -> None:
        """A fleet that dies and is started again goes on in its story."""
        words = ["simulate", scenario, "--since-us", str(self._clock.now_us())]
        self._start("simulate", words, as_environment(self.settings))

    def _alive(self, stage: str) -> bool:
        """Whether the process that runs now has given a sign of life; an earlier one's may still lie there."""
        beat = heartbeat.read(self.settings.run_folder, stage)
        process = self._stages[stage].process
        return beat is not None and process is not None and beat.pid == process.pid

    def watch(self) -> None:
        """Call a few times a second."""
        self._watch_broker()
        self._supervisor.watch()
        mono_us = self._clock.mono_us()
        if mono_us - self._looked_us >= LOOK_S * SECOND_US:
            self._looked_us = mono_us
            self._watch_signs_of_life(mono_us)
            self._ask_broker(mono_us)

    def _watch_signs_of_life(self, mono_us: int) -> None:
        """A stage whose loop stands still is killed, and the supervisor starts it again."""
        for stage, dog in self._dogs.items():
            child = self._stages.get(stage)
            if child is None or child.process is None:
                continue
            beat = heartbeat.read(self.settings.run_folder, stage)
            sign = beat.at_us if beat is not None and beat.pid == child.process.pid else None
            silent_s = dog.silent_s(child.process.pid, sign, mono_us)
            if silent_s is not None:
                self._supervisor.replace(child, silent_s)

    def _ask_broker(self, mono_us: int) -> None:
        """The broker writes no file: it is asked, a few times within the time it may be silent."""
        every_us = min(5.0, self.settings.hung_after_s / 3) * SECOND_US
        if self._broker.poll() is not None or mono_us - self._broker_asked_us < every_us:
            return
        self._broker_asked_us = mono_us
        if answers(self._broker.address, timeout_s=ASK_S):
            self._broker_signs += 1
        silent_s = self._broker_dog.silent_s(self._broker.pid, self._broker_signs, self._clock.mono_us())
        if silent_s is not None:
            log.error("broker.hung", silent_s=round(silent_s, 1))
            self._broker.stop(0.0)

    def _watch_broker(self) -> None:
        """Start it again, now and then until it comes: nodes and stages wait for it, and lose nothing meanwhile."""
        now_us = self._clock.mono_us()
        if self._broker.poll() is None or now_us < self._broker_due_us:
            return
        if not self._broker_due_us:
            log.warning("broker.died")
        try:
            self._broker.start()
        except (BadInput, Unavailable) as error:
            if not self._broker_due_us:
                log.error("broker.does_not_start", why=str(error))
            self._broker_due_us = now_us + BROKER_AGAIN_US
            return
        self._broker_due_us = 0
        log.info("broker.started_again")

    def end(self, stage: str) -> None:
        """Stop one process ("simulate", or a stage) for good."""
        child = self._stages.pop(stage, None)
        if child is not None:
            self._supervisor.end(child)

    def stop(self) -> None:
        """All stages together, then the broker."""
        self._supervisor.stop()
        self._broker.stop(BROKER_STOP_WITHIN_S)


def as_environment(settings: Settings) -> dict[str, str]:
    """The settings as a child process reads them."""
    environment = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value in (None, "", ()):
            continue
        if name in ("brokers", "posts_brokers"):
            value = ",".join(f"{broker.host}:{broker.port}" for broker in value)
        elif isinstance(value, tuple):
            value = ",".join(value)
        environment[PREFIX + name.upper()] = str(value)
    return environment
