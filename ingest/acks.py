"""What ingest answers to the nodes, gathered over a turn: one `ack` for each node and epoch."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.ports import Subscription
from contract import codec, topics
from contract.messages import Ack, Refusal, RefusalReason, to_ranges

_ENTRIES = 400
"""of each list in one message: 400 of the longest ranges twice and 400 refusals stay well under 64 KiB"""


@dataclass(slots=True)
class _Answer:
    stored: list[int] = field(default_factory=list)
    refused: dict[int, RefusalReason] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)


class Acks:
    """The answers of one turn."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], _Answer] = {}

    def stored(self, node: str, epoch: str, seq: int) -> None:
        self._answer(node, epoch).stored.append(seq)

    def refused(self, node: str, epoch: str, seq: int, reason: RefusalReason) -> None:
        self._answer(node, epoch).refused[seq] = reason

    def held(self, node: str, epoch: str, seq: int) -> None:
        self._answer(node, epoch).held.append(seq)

    def send(self, city: str, subscription: Subscription, server_us: int) -> None:
        """QoS 0: an answer that is lost is asked for again."""
        for (node, epoch), answer in self._answers.items():
            stored, held = to_ranges(answer.stored), to_ranges(answer.held)
            refused = tuple(Refusal(seq=seq, reason=reason) for seq, reason in sorted(answer.refused.items()))
            for start in range(0, max(len(stored), len(held), len(refused)), _ENTRIES):
                part = slice(start, start + _ENTRIES)
                ack = Ack(epoch=epoch, server_us=server_us, stored=stored[part], refused=refused[part], held=held[part])
                subscription.publish(topics.ack(city, node), codec.encode(ack))

    def _answer(self, node: str, epoch: str) -> _Answer:
        return self._answers.setdefault((node, epoch), _Answer())
