"""What an outage is put down to: the tree power → uplink → site → point, and what its silence proves. Pure.

A cause is named where everything that hangs on it is silent and nothing speaks against it. It is the lowest one that
explains all of the silence: where a feeder has a single uplink, that uplink is named. A point that was dead before is
neither a witness nor a counter-witness, and stays its own. Where most points of an uplink are silent and some still
speak, it is one event all the same, for nobody reads thirty messages; its cause is then `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from alerts.absence_stream import AbsenceStream
from alerts.rules import GroupBy
from store.ports import Cause, Placement

Branch = Literal["site", "uplink", "power"]
BRANCHES: dict[GroupBy, tuple[Branch, ...]] = {"uplink": ("uplink",), "cause": ("site", "uplink", "power")}
"""Which branches a rule looks at, from the point towards the root."""

_WIDTHS = ("node", "site", "uplink", "power")

Peers = Callable[[Branch, str], Iterable[AbsenceStream]]
"""The points of one rule that hang on this branch of that name, those that were dead before left out."""
Down = Callable[[AbsenceStream], bool]


class Found(NamedTuple):
    """What an outage is put down to: the branch it is grouped by, with its name, and the cause that is proved."""

    branch: Branch | None
    code: str
    cause: Cause


def branch_code(place: Placement, branch: Branch) -> str:
    """What a point hangs on there, empty where it is not known."""
    return {"site": place.site, "uplink": place.uplink, "power": place.power}[branch]


def width(group: str) -> int:
    """How much hangs on what a group, or a branch, is named after: the least on a point."""
    branch = group.partition("/")[0]
    return _WIDTHS.index(branch) if branch in _WIDTHS else 0


def deepest(place: Placement, group_by: GroupBy, peers: Peers, down: Down) -> Found:
    """The lowest common cause that the silence proves."""
    found = Found(None, place.node, "node")
    reach = 1
    proved = True
    for branch in BRANCHES.get(group_by, ()):
        code = branch_code(place, branch)
        if not code or (branch == "power" and not proved):
            continue
        if all(down(one) for one in peers(branch, code)):
            count = sum(1 for _ in peers(branch, code))
            if count > reach:  # else the same points: the lower name says as much
                found, reach = Found(branch, code, branch), count
            continue
        proved = False
        if branch == "uplink" and _most(peers(branch, code), down, reach):
            found = Found(branch, code, "unknown")
    return found


def _most(own: Iterable[AbsenceStream], down: Down, reach: int) -> bool:
    """At least half of them, and more than a lower cause explains."""
    looks = [down(one) for one in own]
    return sum(looks) > reach and 2 * sum(looks) >= len(looks)
