"""`/jejak`: what was done by whom, whether the record is whole, and who was turned away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.context import Context
from api.page import PRIVATE, Pages
from api.policy import caller_of
from api.sheet import line
from api.telling import DEEDS, FAMILIES, Telling, at_the_doors, programs_and_keepers
from contract.clock import rfc3339
from store.audit import canonical, every_row, examine
from store.people import AuditLog, AuditRow

PAGE = 50
LOOKED_MOST = 20_000
"""rows that one page looks through for what is wanted; then it says how far it came and goes on when asked"""
CHUNK = 1_000
EVENTS_PAGE = 100
EVENTS_KEPT = 10_000
COLUMNS = ("number", "time", "actor", "what", "object", "details", "previous", "digest")
DOORS = ("broker", "ingest", "api")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: each "" for any. `what` is the beginning of a word: `person.` is all that was done to people."""

    actor: str = ""
    object: str = ""
    what: str = ""

    def fits(self, row: AuditRow) -> bool:
        return (
            (not self.actor or row.actor == self.actor)
            and (not self.object or row.object == self.object)
            and row.what.startswith(self.what)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, newest first. `older`: the number below which more may follow; 0 for none. `whole`: all that the page
    holds were found, and not only so many as one look goes through."""

    rows: Sequence[AuditRow]
    older: int
    whole: bool


def newest(log: AuditLog, city: str, wanted: Wanted, before: int = 0) -> Found:
    """A page of rows with numbers below `before` (0: from the end)."""
    head = log.audit_head(city)[0]
    upper = min(before or head + 1, head + 1)
    lowest = max(0, upper - 1 - LOOKED_MOST)
    rows: list[AuditRow] = []
    while upper > lowest + 1:
        after = max(lowest, upper - 1 - CHUNK)
        chunk = [row for row in log.audit(city, after, limit=upper - 1 - after) if row.number < upper]
        for row in reversed(chunk):
            if wanted.fits(row):
                rows.append(row)
                if len(rows) == PAGE:
                    return Found(rows, row.number if row.number > 1 else 0, whole=True)
        upper = after + 1
    return Found(rows, lowest + 1 if lowest else 0, whole=not lowest)


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    log, city = context.people, context.city
    agencies = {agency.code: agency.name for agency in context.profile.agencies}
    regions = {region.code: region.name for region in context.profile.regions}

    @routes.get("/jejak", include_in_schema=False)
    def audit(request: Request, pelaku: str = "", objek: str = "", perbuatan: str = "", lanjut: int = 0) -> Response:
        wanted = Wanted(pelaku.strip(), objek.strip(), perbuatan.strip())
        found = newest(log, city, wanted, max(lanjut, 0))
        people = {one.id: one.account for one in context.people.people(city) if one.account}
        values = {
            "found": found,
            "wanted": wanted,
            "tell": Telling(pages.speech(request), {**regions, **programs_and_keepers(context), **people}, agencies),
            "deeds": (*FAMILIES, *DEEDS),
            "people": people,
            "first_page": not lanjut,
            "looked": LOOKED_MOST,
        }
        return pages.render(request, "jejak.html", values, private=True)

    @routes.get("/jejak/periksa", include_in_schema=False)
    def verified(request: Request, kepala: str = "") -> Response:
        verdict = examine(log, city, anchor=kepala.strip().lower())
        return pages.render(request, "jejak_periksa.html", {"verdict": verdict, "anchor": kepala.strip()}, private=True)

    @routes.get("/jejak.csv", include_in_schema=False)
    def sheet(request: Request, pelaku: str = "", objek: str = "", perbuatan: str = "") -> Response:  # noqa: ARG001
        wanted = Wanted(pelaku.strip(), objek.strip(), perbuatan.strip())

        def lines() -> Iterator[str]:
            yield line(COLUMNS)
            for row in every_row(log, city):
                if wanted.fits(row):
                    yield line(_cells(row))

        headers = {"Content-Disposition": f'attachment; filename="jejak-{city}.csv"', "Cache-Control": PRIVATE}
        return StreamingResponse(lines(), media_type="text/csv", headers=headers)

    @routes.get("/jejak/ditolak", include_in_schema=False)
    def turned_away(request: Request, pintu: str = "", sebab: str = "", lanjut: int = 0) -> Response:
        every = log.security_events(city, limit=EVENTS_KEPT)
        tell = at_the_doors(context, pages.speech(request), caller_of(request))
        reasons = sorted({one.what for one in every}, key=tell.reason)
        found = [
            one for one in every if (pintu not in DOORS or one.where == pintu) and (not sebab or one.what == sebab)
        ]
        start = max(lanjut, 0)
        values = {
            "tell": tell,
            "events": found[start : start + EVENTS_PAGE],
            "count": sum(one.count for one in found),
            "doors": DOORS,
            "door": pintu if pintu in DOORS else "",
            "reasons": reasons,
            "reason": sebab,
            "next": start + EVENTS_PAGE if start + EVENTS_PAGE < len(found) else 0,
            "first_page": not start,
        }
        return pages.render(request, "jejak_ditolak.html", values, private=True)

    return routes


def _cells(row: AuditRow) -> tuple[str, ...]:
    return (
        str(row.number),
        rfc3339(row.at_us),
        row.actor,
        row.what,
        row.object,
        canonical(row.details),
        row.previous,
        row.digest,
    )
