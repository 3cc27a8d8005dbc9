"""The posts of a city, each a node with a spool and a connection of its own, fed from the keepers' book."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import structlog

from broker import tls as tls_files
from broker.link import PahoLink
from broker.ports import BrokerAddress, Tls
from contract.city import NOTICE, NOTICE_PERIOD_S, NodeSpec
from contract.clock import DAY_US, Clock
from contract.errors import BadInput
from contract.messages import ClockSource
from edge.agent import Agent, Identity
from edge.clock import boot_id
from edge.outbound import Transport
from edge.ports import Instant, SensorInfo
from edge.post.source import BookSource, reconcile
from edge.runner import Member, Runner
from edge.spool import Spool
from store.book import KeepersBook

CARRIED = Transport(reconnect_max_s=10.0)
KEEPALIVE_S = 30
_BEFORE_BOOT_US = 4_000 * DAY_US
_log = structlog.get_logger("edge.post")


class LongAwake:
    """A monotonic clock that had begun long before the machine did: whatever waited in the book has a place on it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now_us(self) -> int:
        return self._clock.now_us()

    def mono_us(self) -> int:
        return self._clock.mono_us() + _BEFORE_BOOT_US


def run(
    *,
    city: str,
    posts: Sequence[NodeSpec],
    book: KeepersBook,
    folder: Path,
    brokers: Sequence[BrokerAddress],
    certificates: Path | None,
    clock: Clock,
    source: Callable[[], ClockSource],
    stop: threading.Event,
    transport: Transport = CARRIED,
) -> None:
    """Carry until `stop` is set. Raises BadInput where another process has a post's spool, or no post a certificate,
    Unavailable where the book does not answer at the start.

    `certificates` holds a folder for each post with its `ca.crt`, `tls.crt` and `tls.key`, for brokers with TLS. What
    is entered at a post without one waits in the book, until the posts are carried anew.
    """
    awake = LongAwake(clock)
    posts = _known_to_the_broker(posts, certificates)
    with ExitStack() as on_failure:
        members = []
        for post in posts:
            now = Instant(awake.mono_us(), awake.now_us(), source())
            spool = Spool(folder / f"{post.node}.spool", boot_id(), now)
            on_failure.callback(spool.close)
            reconcile(book, post.node, spool)
            members.append(_member(city, post, book, spool, brokers, _identity(certificates, post.node), transport))
        on_failure.pop_all()  # from here on they are the runner's to close
    _log.info("posts_carried", posts=[post.node for post in posts])
    Runner(members, awake, source=source).run(stop)


def _member(
    city: str,
    post: NodeSpec,
    book: KeepersBook,
    spool: Spool,
    brokers: Sequence[BrokerAddress],
    identity: Tls | None,
    transport: Transport,
) -> Member:
    entries = BookSource(book, post.node)
    sensors = [SensorInfo(one.sensor, one.kind, one.period_s, "keyed in by a keeper") for one in post.sensors]
    sensors.append(SensorInfo(NOTICE, "release", NOTICE_PERIOD_S, "announced by a keeper"))
    agent = Agent(
        Identity(city, post.node),
        sensors,
        spool,
        brokers,
        random.Random(),  # noqa: S311  jitter, no secret
        transport=transport,
        hears=entries.hears,
    )
    entries.feed(agent)
    return Member(agent, PahoLink(post.node, keepalive_s=KEEPALIVE_S, tls=identity), entries)


def _known_to_the_broker(posts: Sequence[NodeSpec], certificates: Path | None) -> list[NodeSpec]:
    """One that has no certificate must not keep the others from the city."""
    carried = []
    for post in posts:
        identity = _identity(certificates, post.node)
        try:
            if identity is not None:
                tls_files.context(identity)
        except BadInput as error:
            _log.error("post_without_certificate", node=post.node, reason=str(error))
        else:
            carried.append(post)
    if not carried:
        raise BadInput(
            "no post has a certificate",
            where=str(certificates),
            remedy="`siaga ca issue POST` makes one; bring its folder there.",
        )
    return carried


def _identity(certificates: Path | None, node: str) -> Tls | None:
    if certificates is None:
        return None
    own = certificates / node
    return Tls(own / "ca.crt", own / "tls.crt", own / "tls.key")
