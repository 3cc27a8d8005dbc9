"""From the keepers' book into the post's spool, once, and back into the book what the city answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import structlog

from contract.clock import SECOND_US
from contract.errors import Unavailable
from contract.kinds import VALUES
from contract.messages import Ack, CheckName
from contract.quality import Quality
from edge.agent import Agent
from edge.ports import Instant
from edge.sources import Sample
from edge.spool import Spool
from store.book import Entry, KeepersBook

LOOK_US = SECOND_US
_PAGE = 500


class BookSource:
    """One post's entries. It belongs to the runner's loop, and so does the spool that it writes into.

    An entry is brought into the spool and committed before the next one is looked at, so that at most one is under way
    when the power fails. Then `reconcile` finds it in the spool by its moment, which no other of its sensor has.
    """

    def __init__(self, book: KeepersBook, node: str) -> None:
        self._book = book
        self._node = node
        self._agent: Agent | None = None
        self._under_way: tuple[Entry, int] | None = None
        """an entry that the spool was given and the book does not know there; the newest number of its sensor before"""
        self._look_us = 0
        self._away = False
        self._log = structlog.get_logger("edge.post").bind(node=node)

    def feed(self, agent: Agent) -> None:
        """Whose spool it is. Call it once, before the first turn."""
        self._agent = agent

    def hears(self, ack: Ack) -> bool:
        """What the city answered stands in the book before the spool lets go of it; to be found there, an entry must
        stand there under its number."""
        if not (ack.stored or ack.refused):
            return True
        try:
            if self._agent is not None:
                self._note_carried(self._agent.spool)
            self._book.answered(self._node, ack.epoch, ack.stored, [one.seq for one in ack.refused])
        except Unavailable as error:
            self._say_away(error)
            return False
        return True

    # ------------------------------------------------------------ edge.sources.Source

    def next_us(self) -> int | None:
        return self._look_us

    def due(self, at: Instant) -> Sequence[Sample]:
        """Nothing for the agent to judge: a keeper's readings are judged before they are entered."""
        if self._agent is not None and at.mono_us >= self._look_us:
            self._look_us = at.mono_us + LOOK_US
            try:
                self._bring(self._agent, at)
            except Unavailable as error:
                self._say_away(error)
            else:
                self._away = False
        return ()

    def hurry(self, sensor: str, period_s: float, until_us: int, at: Instant) -> None:
        """A keeper is asked by people."""

    def close(self) -> None:
        return

    # ------------------------------------------------------------ into the spool

    def _bring(self, agent: Agent, at: Instant) -> None:
        if not self._is_clear(agent.spool):
            return
        for entry in self._book.to_carry(self._node):
            self._under_way = (entry, agent.spool.newest().get(entry.sensor, 0))
            agent.keep(
                entry.sensor,
                VALUES[entry.kind].model_validate(entry.values),
                _taken(entry, at),
                entry.quality,
                {cast("CheckName", name): Quality(flag) for name, flag in entry.checks.items()},
            )
            agent.spool.commit(at)
            if not self._is_clear(agent.spool):
                return

    def _is_clear(self, spool: Spool) -> bool:
        """Whether the spool's disk has all that it was given, and the book knows the last entry's number there."""
        self._note_carried(spool)
        return self._under_way is None and not spool.waiting

    def _note_carried(self, spool: Spool) -> None:
        """Tell the book under which number the last entry is on the spool's disk, once it is."""
        if self._under_way is None:
            return
        entry, before = self._under_way
        seq = spool.newest().get(entry.sensor, 0)
        if seq > before:
            self._book.carried(entry.number, spool.epoch, seq)
        elif spool.waiting:
            return
        else:
            self._book.settle(entry.number, "lost")  # pushed out of memory while the disk took nothing
        self._under_way = None

    def _say_away(self, error: Unavailable) -> None:
        if not self._away:
            self._away = True
            self._log.error("book_unavailable", reason=str(error))


def reconcile(book: KeepersBook, node: str, spool: Spool) -> None:
    """Before the first turn: what became of the entries that the last life did not see to their end.

    One that is in the spool is under way. One that should be there and is not was dropped, which the spool has told.
    One that belongs to another spool, or to none, is brought again; if the city has it all the same, it refuses it.
    """
    waiting = book.waiting(node)
    held = _moments(spool) if waiting else {}
    for entry in waiting:
        seq = held.get((entry.sensor, entry.observed_us))
        if seq is not None:
            if (entry.epoch, entry.seq) != (spool.epoch, seq):
                book.carried(entry.number, spool.epoch, seq)
        elif entry.seq is not None and entry.epoch == spool.epoch:
            book.settle(entry.number, "lost")
        elif entry.seq is not None:
            book.carried(entry.number, "", None)


def _moments(spool: Spool) -> dict[tuple[str, int], int]:
    """(sensor, moment) -> number of everything in the spool."""
    found: dict[tuple[str, int], int] = {}
    last = 0
    while rows := spool.after(last, _PAGE):
        found.update({(row.sensor, row.taken.wall_us): row.seq for row in rows})
        last = rows[-1].seq
    return found


def _taken(entry: Entry, at: Instant) -> Instant:
    """The moment on the clocks of now: where these are found to be wrong, the reading moves with them."""
    return Instant(at.mono_us - (at.wall_us - entry.observed_us), entry.observed_us, at.source)
