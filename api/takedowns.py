"""What of a case can be asked to be taken down, and what waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api.context import Context
from api.policy import answers_for, caller_of, reach_of
from contract.takedown import Takedown, What
from store.cases import Case


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that everybody sees: the words of a case, one of its photos, or all of it."""

    what: What
    photo: str = ""

    @property
    def code(self) -> str:
        """As the form sends it."""
        return self.photo or self.what


def things_of(context: Context, case: Case) -> list[Thing]:
    """None of a case that nobody sees; of what the sensors filed, photos alone."""
    if not case.public or case.status == "hidden":
        return []
    photos = [Thing("photo", one.id) for one in context.cities.photos_of(case.number) if one.shown_us is not None]
    if case.event is not None:
        return photos
    read = case.triaged_us is not None and any(case.description.values())
    return [*([Thing("words")] if read else []), *photos, Thing("case")]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that nobody has answered, with its case."""

    asked: Takedown
    case: Case


def waiting_for(context: Context, request: Request) -> list[Waiting]:
    """Those of cases that the caller answers for, the oldest first."""
    caller, reach = caller_of(request), reach_of(request)
    found = [(one, context.cities.case(one.number)) for one in context.cities.waiting_takedowns(context.city)]
    return [Waiting(one, case) for one, case in found if case is not None and answers_for(caller, reach, case)]


@dataclass(frozen=True, slots=True)
class Asked:
    """How many wait, and how many of them longer than was promised."""

    waiting: int
    late: int


def asked_for(context: Context, request: Request) -> Asked:
    """For the line above an inbox."""
    waiting, now_us = waiting_for(context, request), context.clock.now_us()
    return Asked(len(waiting), sum(one.asked.late(now_us) for one in waiting))
