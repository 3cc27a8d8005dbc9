"""`/simpul`: every public node, whether it is up, since when and why in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.page import Pages
from api.snapshot import Snapshot, Snapshots
from api.status import NodeState, NodeStatus
from store.cases import Case
from store.ports import Placement

KINDS = ("wifi", "camera", "gauge")
ORDERS = ("keadaan", "nama", "umur")
_GRAVITY = {NodeState.DOWN: 0, NodeState.UNKNOWN: 1, NodeState.NEVER: 2, NodeState.UP: 3}


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node as the list shows it."""

    placement: Placement
    status: NodeStatus
    firmware: str
    case: Case | None


def lines_of(snapshot: Snapshot) -> list[NodeLine]:
    """One line a public node."""
    outages = {one.node: one for one in snapshot.incidents if one.subject == "outage"}
    lines = []
    for placement in snapshot.placements:
        presence = snapshot.presences.get(placement.node)
        outage = outages.get(placement.node)
        lines.append(
            NodeLine(
                placement,
                snapshot.statuses[placement.node],
                presence.firmware if presence else "",
                snapshot.cases.get(outage.event) if outage else None,
            )
        )
    return lines


def chosen(lines: Sequence[NodeLine], kind: str, state: str, order: str, search: str) -> list[NodeLine]:
    """Filter and sort. What is wrong stands first unless asked otherwise."""
    words = search.lower()
    kept = [
        line
        for line in lines
        if (not kind or line.placement.kind == kind)
        and (not state or line.status.state == state)
        and (words in f"{line.placement.node} {line.placement.name} {line.placement.site_name}".lower())
    ]
    if order == "nama":
        return sorted(kept, key=lambda line: line.placement.name)
    if order == "umur":
        return sorted(kept, key=lambda line: (line.status.last_us or 0, line.placement.name))
    return sorted(kept, key=lambda line: (_GRAVITY[line.status.state], line.placement.kind, line.placement.name))


def router(pages: Pages, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    @routes.get("/simpul", include_in_schema=False)
    def nodes(request: Request, jenis: str = "", keadaan: str = "", urut: str = "keadaan", cari: str = "") -> Response:
        lines = lines_of(snapshots.now())
        kind = jenis if jenis in KINDS else ""
        state = keadaan if keadaan in set(NodeState) else ""
        order = urut if urut in ORDERS else "keadaan"
        counts = {one: len([line for line in lines if line.status.state is one]) for one in NodeState}
        values = {
            "lines": chosen(lines, kind, state, order, cari[:80]),
            "total": len(lines),
            "counts": counts,
            "states": list(NodeState),
            "kinds": KINDS,
            "orders": ORDERS,
            "kind": kind,
            "state": state,
            "order": order,
            "search": cari[:80],
        }
        return pages.render(request, "simpul.html", values)

    return routes
