"""Ending the live session of a party whose certificate was revoked.

A list of the revoked stops new handshakes only. The session that is there ends when somebody connects with its client
id, and on the services' listener, where ids are not bound to certificates, the watch may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from broker.link import PahoLink
from broker.ports import BrokerAddress, Connected, Disconnected
from contract.clock import SECOND_US

log = structlog.get_logger(__name__)

_RELOAD_US = 10 * SECOND_US
"""After this long the broker has read its list again, whether or not its log was seen to say so."""
_AGAIN_US = 5 * SECOND_US


@dataclass(slots=True)
class _Wanted:
    """A name whose sessions must end: once the broker has read the list again, or at `latest_us` (monotonic)."""

    reloads: int
    latest_us: int
    next_us: int = 0


@dataclass(slots=True)
class Evictions:
    """Sans threads: `step` is called several times a second. `file` holds "serial name" a line.

    `connect` makes a connection with a client id of our choice. `clients_of` names the client ids of a party.
    """

    file: Path
    connect: Callable[[str], PahoLink]
    address: BrokerAddress
    clients_of: Callable[[str], frozenset[str]]
    _seen: set[str] = field(default_factory=set)
    _wanted: dict[str, _Wanted] = field(default_factory=dict)
    _open: dict[str, tuple[str, PahoLink]] = field(default_factory=dict)
    _left: dict[str, set[str]] = field(default_factory=dict)

    def step(self, reloads: int, mono_us: int) -> None:
        """`reloads` is how often the broker was seen to read its certificates again."""
        for line in self._new_lines():
            name = line.partition(" ")[2]
            log.info("watch.revoked", party=name)
            self._wanted[name] = _Wanted(reloads, mono_us + _RELOAD_US)
        for name, wanted in list(self._wanted.items()):
            ready = reloads > wanted.reloads or mono_us >= wanted.latest_us
            if ready and mono_us >= wanted.next_us:
                wanted.next_us = mono_us + _AGAIN_US
                self._begin(name)
        self._drive(mono_us)

    def close(self) -> None:
        for _, link in self._open.values():
            link.close(graceful=True)
        self._open.clear()

    def _new_lines(self) -> Iterable[str]:
        try:
            lines = self.file.read_text(encoding="utf-8").splitlines()
        except OSError:
            return []  # written by rename: there, or not there yet
        new = [line for line in lines if line not in self._seen]
        self._seen.update(new)
        return new

    def _begin(self, name: str) -> None:
        self._left.setdefault(name, {name, *self.clients_of(name)})
        for client in self._left[name]:
            if client in self._open:
                self._open.pop(client)[1].close(graceful=False)
            link = self.connect(client)
            self._open[client] = (name, link)
            link.open(self.address, None)

    def _drive(self, mono_us: int) -> None:
        for client, (name, link) in list(self._open.items()):
            link.housekeep(mono_us)
            link.readable()
            if link.wants_write():
                link.writable()
            for event in link.events():
                if isinstance(event, Connected):
                    link.close(graceful=True)
                    del self._open[client]
                    self._evicted(name, client)
                    break
                if isinstance(event, Disconnected):
                    log.warning("watch.eviction_waits", party=name, why=event.reason)
                    del self._open[client]
                    break

    def _evicted(self, name: str, client: str) -> None:
        self._left[name].discard(client)
        if not self._left[name]:
            del self._left[name]
            self._wanted.pop(name, None)
            log.info("watch.evicted", party=name)
