"""The posts whose keepers key in at this machine: their book, and the thread that brings its entries to the city."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from broker.ports import BrokerAddress
from contract.city import NodeSpec, Profile
from contract.clock import Clock
from contract.errors import BadInput, Unavailable
from siaga import data_folder
from siaga.settings import Settings

if TYPE_CHECKING:
    from store.book import KeepersBook

STOP_S = 2.5
"""how long the carrier is waited for at the end"""
_AGAIN_S = 10.0

log = structlog.get_logger()


def here(settings: Settings, city: Profile) -> tuple[NodeSpec, ...]:
    """The posts whose keepers key in here: none of a city that is simulated, whose keepers are simulated too."""
    return () if settings.scenario else city.posts


def book(settings: Settings, city: Profile) -> KeepersBook | None:
    """The keepers' book, None where nobody keys in."""
    from store.book import KeepersBook

    if not here(settings, city):
        return None
    data_folder.make(settings.data_folder)
    data_folder.make(settings.posts_location)
    return KeepersBook(settings.posts_location / "book.sqlite3")


def carrier(
    settings: Settings,
    city: Profile,
    entries: KeepersBook,
    brokers: Sequence[BrokerAddress],
    clock: Clock,
    stop: threading.Event,
    ended: Callable[[], None],
) -> threading.Thread:
    """Carries the posts beside the server, until `stop` is set. `ended` is called where it ends, also by a mistake of
    ours: the process then ends with it, and whoever watches starts both again, for pages that take readings which
    nobody carries would look well. `brokers`: those of the city, where the posts have none of their own."""
    own = tuple(BrokerAddress(one.host, one.port) for one in settings.posts_brokers)

    def work() -> None:
        try:
            _carry(settings, city, entries, own or tuple(brokers), clock, stop)
        finally:
            ended()

    thread = threading.Thread(target=work, name="posts", daemon=True)
    thread.start()
    return thread


def _carry(
    settings: Settings,
    city: Profile,
    entries: KeepersBook,
    brokers: Sequence[BrokerAddress],
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Where another process carries the posts, or the book does not answer, try again."""
    from edge.clock import system_source
    from edge.post.carry import run

    said = ""
    while not stop.is_set():
        try:
            run(
                city=city.code,
                posts=here(settings, city),
                book=entries,
                folder=settings.posts_location,
                brokers=brokers,
                certificates=settings.posts_identities,
                clock=clock,
                source=system_source,
                stop=stop,
            )
        except (BadInput, Unavailable) as error:
            if str(error) != said:
                said = str(error)
                log.error("posts.not_carried", why=said)
            stop.wait(_AGAIN_S)
