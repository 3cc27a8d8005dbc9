"""An engine and the orders that come of it, told as a story."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from support import watch
from support.watch import Watch, at

from alerts.orders import Orders
from contract.city import Warnings
from contract.decision import Decision, DecisionKind
from contract.incident import Audience

HULU, HILIR, LAIN = "code-hulu", "code-hilir", "winongo"
TERMS = Warnings(agency="bpbd")


class Tale:
    """An engine and its orders, minute by minute; each call returns what is said beside the measurements."""

    def __init__(
        self,
        terms: Warnings = TERMS,
        audiences: Mapping[str, Audience] | None = None,
        tells: Collection[Audience] = ("public",),
    ) -> None:
        self.city: Watch = watch.watch(audiences)
        scales = {one.gauge: one for one in watch.profile().scales}
        self.orders = Orders(terms, self.city.engine.places, scales, tells=tells)
        self.taken = self.number = 0

    def reads(self, minute: float, gauge: str, cm: float, **how: Any) -> list[str]:
        self.city.level(minute, gauge, cm, **how)
        return self.due(minute)

    def passes(self, minute: float) -> list[str]:
        self.city.pass_to(minute)
        return self.due(minute)

    def says(self, minute: float, kind: DecisionKind, gauge: str = HILIR, by: str = "siti", **body: Any) -> list[str]:
        self.number += 1
        self.orders.follow(
            Decision(
                id=f"d{self.number}", city=watch.CITY, kind=kind, by=by, at_us=at(minute),
                incident=self.city.incident(gauge).id, body=body,
            )
        )  # fmt: skip
        return self.due(minute)

    def due(self, minute: float, held: Callable[[Any], bool] = lambda _: False) -> list[str]:
        self.orders.take(self.city.told[self.taken :])
        self.taken = len(self.city.told)
        verdicts = self.orders.due(at(minute), self.city.engine.beyond, held)
        return [
            f"{one.said} {one.transition.incident.node}"
            + (f" {one.ground}" if one.ground else "")
            + (f" {'+'.join(seen.node or seen.by for seen in one.witnesses)}" if one.witnesses else "")
            for one in verdicts
        ]
