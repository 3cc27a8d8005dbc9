"""The alert engine without its broker, on a real store: what is told, decided and ordered, killed at any moment."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from support import watch
from support.alerting import BASE_URL, Stores
from support.people_data import deed, person
from support.watch import CITY, Watch, at

from alerts.bulletins import Sign, unsigned
from alerts.carriers import DeskCarrier
from alerts.catchup import recall, told_before
from alerts.commit import gather
from alerts.deciding import Deciding
from alerts.engine import Engine, Transition
from alerts.notify import Notifier
from alerts.outbox import DESK, Outbox
from alerts.public import Public
from alerts.webhooks import Webhooks
from alerts.words import Words
from complaints.builtin import BuiltinDesk
from contract.bulletin import Bulletin
from contract.city import Profile, Warnings
from contract.clock import ManualClock
from contract.decision import Decision, DecisionKind
from contract.incident import Audience
from contract.siren import SirenInfo
from store.decisions import deed_of
from store.people import Person
from store.ports import EngineCommit, Lease

SITI = replace(person(21, city=CITY), name="Siti")
ANI = replace(person(22, "operator", city=CITY), name="Ani")
HULU, HILIR = "code-hulu", "code-hilir"
_DAYS_S = 30 * 86_400


def profile(**terms: Any) -> Profile:
    """The small city, whose disaster agency signs."""
    return replace(watch.profile(), warnings=Warnings(**{"agency": "bpbd", **terms}))


class DutyRoom:
    """The loop of the process: each call is a turn, at a minute of the story."""

    def __init__(
        self,
        folder: Path,
        city: Profile | None = None,
        audiences: Mapping[str, Audience] | None = None,
        sign: Sign = unsigned,
        sirens: Sequence[SirenInfo] = (),
    ) -> None:
        self.sirens = sirens
        self.stores = Stores(folder)
        self.cities = self.stores.cities
        self.profile = city or profile()
        self.cities.put_profile(self.profile, at(-1))
        for one in (SITI, ANI):
            self.cities.put_person(one, deed())
        self.clock = ManualClock(at(0))
        desk = BuiltinDesk(self.cities, self.profile, BASE_URL)
        self.outbox = Outbox(CITY, self.cities, {DESK: DeskCarrier(desk)}, self.clock, random.Random(1))
        self.places = watch.placements(audiences)
        self.scales = {one.gauge: one for one in self.profile.scales}
        self.sign = sign
        self.number = 0
        self.watch = self._watch()
        self.start()

    def _watch(self) -> Watch:
        return Watch(Engine(CITY, watch.rules(), self.places, self.scales))

    def start(self) -> None:
        """An engine takes the city over; of the one before it nothing is left but the store."""
        now_us, rules = at(self.watch.minute), watch.rules()
        self.words, webhooks = Words(self.profile), Webhooks((), BASE_URL)
        self.public = Public(CITY, self.cities, self.words, webhooks, self.sign, self.sirens)
        self.people = Deciding(CITY, self.cities, self.words, webhooks, self.outbox.wake, self.public)
        self.notifier = Notifier(CITY, self.places)
        self.public.begin(rules, self.places, self.scales, now_us)
        held = self.people.begin(self.watch.engine, rules, now_us)
        self.notifier.restore(*told_before(self.cities, CITY), rules, now_us, held)
        self.done = len(self.watch.told)

    def save(self) -> None:
        """The engine's snapshot, as it stands."""
        snapshot, minute = self.watch.engine.snapshot(), self.watch.minute
        self.cities.commit(self.lease, EngineCommit(snapshot=snapshot, watermark_us=at(minute)))

    def kill(self, *, saved: bool = True) -> None:
        """The engine is gone; `saved`: its last snapshot was of this very moment."""
        if saved:
            self.save()
        minute, seqs = self.watch.minute, self.watch.seqs
        self.watch = replace(self._watch(), minute=minute, seqs=seqs)
        recall(self.watch.engine, self.cities, watch.rules(), at(minute))
        self.start()

    @property
    def lease(self) -> Lease:
        lease = self.cities.lease(CITY, "satu", at(0), _DAYS_S)
        assert lease is not None
        return lease

    # ------------------------------------------------------------ what happens

    def reads(self, minute: float, gauge: str, cm: float, **how: Any) -> list[str]:
        """A gauge reads `cm`, and a turn of the loop: the bulletins that are kept by it."""
        self.watch.level(minute, gauge, cm, **how)
        return self.turn(minute)

    def passes(self, minute: float) -> list[str]:
        self.watch.pass_to(minute)
        return self.turn(minute)

    def decide(
        self,
        minute: float,
        kind: DecisionKind,
        gauge: str = HILIR,
        *,
        by: Person = SITI,
        until_us: int | None = None,
        **body: Any,
    ) -> Decision:
        """Somebody's word is a row; no engine has seen it yet."""
        self.number += 1
        incident = next(one for one in self.cities.open_incidents(CITY) if one.node == gauge)
        made = Decision(
            id=f"d{self.number}", city=CITY, kind=kind, by=by.id, at_us=at(minute), incident=incident.id,
            until_us=until_us, body=body,
        )  # fmt: skip
        assert self.cities.decide(made, deed_of(made))
        return made

    def says(self, minute: float, kind: DecisionKind, gauge: str = HILIR, **body: Any) -> list[str]:
        self.decide(minute, kind, gauge, **body)
        return self.turn(minute)

    def turn(self, minute: float, *, dies: bool = False) -> list[str]:
        """What was judged is weighed, told, ordered and kept. `dies`: killed in the very commit, which is not kept."""
        before = {one.id for one in self.bulletins()}
        told: list[Transition] = self.watch.told[self.done :]
        decided: list[Transition] = []
        now_us = at(minute)
        self.people.turn(self.watch.engine, self.notifier, self.lease, self.places, now_us, now_us, decided)
        self.watch.told += decided
        self.done = len(self.watch.told)
        fresh = self.people.hush.weigh([*told, *decided], self.places)
        self.notifier.take(fresh, now_us)
        self.public.take(fresh)
        self.public.due(self.watch.engine, now_us, lambda one: self.people.hush.holds_back(one, self.places))
        commit = gather(fresh, self.notifier, self.places, self.words, now_us)
        commit = self.public.add(commit, self.notifier, self.places, now_us)
        if dies:
            return []
        self.cities.commit(self.lease, replace(commit, said=tuple(self.people.hush.freed)))
        self.people.hush.freed.clear()
        self.notifier.kept()
        self.public.kept()
        self.clock.advance((now_us - self.clock.now_us()) / 1e6)
        while self.outbox.turn():
            pass
        return [_line(one) for one in reversed(self.bulletins()) if one.id not in before]

    # ------------------------------------------------------------ what is there

    def bulletins(self) -> list[Bulletin]:
        """Newest first."""
        return list(self.cities.bulletins(CITY))

    def last(self) -> Bulletin:
        return self.bulletins()[0]

    def thread(self) -> list[str]:
        """The Indonesian lines of the only case."""
        (case,) = self.cities.find_cases(CITY, public_only=False).cases
        return [update.text["id"] for update in self.cities.updates(case.number)]

    def close(self) -> None:
        self.stores.close()


def _line(one: Bulletin) -> str:
    """`order AWAS clock`: what kind, how bad, on what ground."""
    return f"{one.kind} {one.level.name}" + (f" {one.ground}" if one.ground else "")
