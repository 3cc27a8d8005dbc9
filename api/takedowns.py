"""What of a case can be asked to be taken down, and what waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api.context import Context
from api.policy import Reach, caller_of, reach_of
from contract.takedown import Takedown, What
from store.cases import Case
from store.takedowns import Waiting


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
class Pending:
    """A request that nobody has answered, with its case."""

    asked: Takedown
    case: Case


def waiting_for(context: Context, request: Request, *, limit: int) -> list[Pending]:
    """Those of cases that the caller answers for, the oldest first."""
    found = context.cities.waiting_takedowns(context.city, own=_own(request), limit=limit)
    cases = ((one, context.cities.case(one.number)) for one in found)
    return [Pending(one, case) for one, case in cases if case is not None]


def asked_for(context: Context, request: Request) -> Waiting:
    """For the line above an inbox."""
    return context.cities.count_takedowns(context.city, context.clock.now_us(), own=_own(request))


def _own(request: Request) -> tuple[str, tuple[str, ...]] | None:
    """None for who answers for all; who has no agency answers for none, since no case is of none."""
    caller = caller_of(request)
    return None if reach_of(request) is Reach.ANY else (caller.agency, caller.regions)
