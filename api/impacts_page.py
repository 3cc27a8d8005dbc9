"""`/dampak`: what levels mean where people live, and the two people it takes to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of, form_of, text_of
from api.page import PRIVATE, Pages
from api.policy import caller_of, reach_of
from api.sheet import line
from api.surveying import REFUSALS, UPLOAD_MOST, Report, Surveying, changes_of
from cities.impacts import cells_of
from contract.errors import Rejected
from contract.impact import DEPTHS, FILE, ImpactProposal, KeptImpact
from contract.impact_check import CHECKED_BY_MOST, COMPARED_MOST, MUSTER_MOST, PHONE_MOST, RW_MOST, range_cm
from store.impacts import REASON_MOST

WAITING_MOST = 50
"""proposals on one page: so many boxes a form may carry with its token"""
FIELDS: Mapping[str, str] = {
    "gauge": "pos",
    "from_cm": "mulai",
    "rw": "rw",
    "depth": "setinggi",
    "muster": "kumpul",
    "muster_lat": "lintang",
    "muster_lon": "bujur",
    "phone": "telepon",
    "checked_by": "pemeriksa",
    "checked_on": "diperiksa",
    "compared_on": "banjir",
    "compared": "dibanding",
}
"""column -> the field that it is typed into"""
LIMITS: Mapping[str, int] = {
    "rw": RW_MOST,
    "kumpul": MUSTER_MOST,
    "telepon": PHONE_MOST,
    "pemeriksa": CHECKED_BY_MOST,
    "dibanding": COMPARED_MOST,
    "alasan": REASON_MOST,
}
TOLD = {
    "usul": "impact_waits",
    "setuju": "impact_done",
    "tolak": "impact_refused",
    "batal": "impact_gone",
}
BACK = "/dampak"


class Editor:
    """The page, and what each of its forms brings about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._surveying = Surveying(context)

    def page(
        self,
        request: Request,
        *,
        node: str = "",
        typed: Mapping[str, str] | None = None,
        altered: str = "",
        report: Report | None = None,
        failed: Sequence[tuple[ImpactProposal, str]] = (),
        said: str = "",
        good: bool = False,
        status: int = 200,
    ) -> Response:
        """Of one gauge, or of all. `typed`: what stands in the form by its fields; `altered`: the row it is about."""
        caller, reach = caller_of(request), reach_of(request)
        gauges = self._surveying.gauges(caller, reach)
        waiting = self._surveying.waiting(caller, reach)
        held = {one.id: one.impact for one in self._surveying.holding()}
        chosen = next((one for one in gauges if one.node == node), None)
        places = self._context.cities.placements(self._context.city)
        people = self._context.people.people(self._context.city)
        accounts = {one.id: one.account for one in people if one.account}
        speech = self._pages.speech(request)
        accounts[FILE] = speech("impact_by_file")
        values = {
            "gauges": gauges,
            "names": {one.node: one.name for one in places},
            "chosen": chosen,
            "range": range_cm(chosen.scale) if chosen is not None else (0.0, 0.0),
            "waiting": waiting[:WAITING_MOST],
            "waiting_count": len(waiting),
            "changes": {one.id: changes_of(one, held.get(one.target)) for one in waiting[:WAITING_MOST]},
            "decided": self._surveying.decided(caller, reach),
            "differing": self._surveying.differing(caller, reach),
            "named": lambda person_id: accounts.get(person_id, person_id[:8]),
            "depths": DEPTHS,
            "typed": {name: (typed or {}).get(name, "") for name in FIELDS.values()},
            "typing": typed is not None,
            "altered": altered,
            "limits": LIMITS,
            "today": self._surveying.today().isoformat(),
            "upload_most": UPLOAD_MOST,
            "report": report,
            "not_decided": failed,
            "said": said,
            "good": good,
        }
        at = BACK if request.method == "POST" else None
        return self._pages.render(request, "dampak.html", values, status=status, private=True, at=at)

    def altering(self, request: Request, impact_id: str) -> Response:
        """The form with a row in it."""
        row = self._known(request, impact_id)
        typed = dict(zip(FIELDS.values(), cells_of(row.impact), strict=True))
        return self.page(request, node=row.impact.gauge, typed=typed, altered=row.id, good=True)

    def sheet(self, request: Request, node: str) -> Response:
        """The rows as a spreadsheet that `impacts.csv` may become."""
        rows = self._surveying.sheet(caller_of(request), reach_of(request), node)
        headers = {"Content-Disposition": 'attachment; filename="impacts.csv"', "Cache-Control": PRIVATE}
        return Response("".join(line(one) for one in rows), media_type="text/csv", headers=headers)

    def propose(self, request: Request, form: Mapping[str, str]) -> Response:
        """A new row, or another instead of the one under `ubah`."""
        row = self._known(request, form["ubah"]) if form.get("ubah") else None
        cells = {column: form.get(name, "") for column, name in FIELDS.items()}
        try:
            wrong = self._surveying.propose(caller_of(request), reach_of(request), cells, row)
        except Rejected as refused:
            return self._trouble(request, refused)
        if wrong:
            said, altered = f"impact_wrong_{wrong[0].code}", row.id if row is not None else ""
            return self.page(request, node=cells["gauge"], typed=form, altered=altered, said=said, status=400)
        return RedirectResponse(f"/dampak?pos={cells['gauge'].strip()}&kabar=usul", status_code=303)

    def withdraw(self, request: Request, impact_id: str) -> Response:
        """Propose that a row holds no longer."""
        row = self._known(request, impact_id)
        try:
            self._surveying.withdraw_row(caller_of(request), row)
        except Rejected as refused:
            return self._trouble(request, refused)
        return RedirectResponse(f"/dampak?pos={row.impact.gauge}&kabar=usul", status_code=303)

    def upload(self, request: Request, text: str) -> Response:
        """Propose what a table says, and report on each of its lines."""
        try:
            report = self._surveying.upload(caller_of(request), reach_of(request), text)
        except Rejected as refused:
            return self._trouble(request, refused)
        return self.page(request, report=report, status=400 if report.troubles else 200)

    def decide(self, request: Request, chosen: set[str], answer: str, reason: str) -> Response:
        """Agree to or refuse what was chosen."""
        caller = caller_of(request)
        found = [one for one in self._surveying.waiting(caller, reach_of(request)) if one.id in chosen]
        if chosen and not found:
            raise HTTPException(404)
        if not found or answer not in {"setuju", "tolak"}:
            return self.page(request, said="impact_none_chosen", status=400)
        if answer == "tolak" and not reason.strip():
            return self.page(request, said="impact_refused_no_reason", status=400)
        failed = self._surveying.decide(caller, found, "setuju" if answer == "setuju" else "tolak", reason)
        if failed:
            return self.page(request, failed=failed, said="impact_some_failed", status=409)
        return RedirectResponse(f"/dampak?kabar={answer}", status_code=303)

    def call_off(self, request: Request, proposal_id: str) -> Response:
        """One's own proposal."""
        caller = caller_of(request)
        waiting = self._surveying.waiting(caller, reach_of(request))
        own = next((one for one in waiting if one.id == proposal_id and one.by == caller.actor), None)
        if own is None or not self._surveying.withdraw(caller, own):
            raise HTTPException(404)
        return RedirectResponse("/dampak?kabar=batal", status_code=303)

    def _known(self, request: Request, impact_id: str) -> KeptImpact:
        found = self._surveying.row(caller_of(request), reach_of(request), impact_id)
        if found is None:
            raise HTTPException(404)
        return found

    def _trouble(self, request: Request, refused: Rejected) -> Response:
        if refused.reason not in REFUSALS:
            raise refused
        return self._pages.trouble(request, 409, "refused_title", f"impact_refused_{refused.reason}", back=BACK)


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    editor = Editor(context, pages)

    @routes.get("/dampak", include_in_schema=False)
    def impacts(request: Request, pos: str = "", ubah: str = "", kabar: str = "") -> Response:
        return (
            editor.altering(request, ubah)
            if ubah
            else editor.page(request, node=pos, said=TOLD.get(kabar, ""), good=True)
        )

    @routes.get("/dampak.csv", include_in_schema=False)
    def sheet(request: Request, pos: str = "") -> Response:
        return editor.sheet(request, pos)

    @routes.post("/dampak", include_in_schema=False)
    async def propose(request: Request) -> Response:
        return await run_in_threadpool(editor.propose, request, await fields_of(request))

    @routes.post("/dampak/tarik", include_in_schema=False)
    async def withdraw(request: Request) -> Response:
        return await run_in_threadpool(editor.withdraw, request, (await fields_of(request)).get("baris", ""))

    @routes.post("/dampak/unggah", include_in_schema=False)
    async def upload(request: Request) -> Response:
        return await run_in_threadpool(editor.upload, request, (await fields_of(request)).get("tabel", ""))

    @routes.post("/dampak/usulan", include_in_schema=False)
    async def decide(request: Request) -> Response:
        form = await form_of(request, 2 * WAITING_MOST)
        own = text_of(form, "batal")
        if own:
            return await run_in_threadpool(editor.call_off, request, own)
        chosen = {one for one in form.getlist("usulan") if isinstance(one, str)}
        return await run_in_threadpool(editor.decide, request, chosen, text_of(form, "jawab"), text_of(form, "alasan"))

    return routes
