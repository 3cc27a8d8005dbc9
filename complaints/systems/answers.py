"""What another system says of a case becomes a line of ours, and moves our case as an officer's word would.

The sensors keep the last word: a "done" from elsewhere while the gauge still reads high is opened again, as ours is.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal

from complaints.casework import Casework, Deed, Refused
from complaints.systems.port import ForeignUpdate, SystemInfo
from contract.case import ENDED, moves
from contract.masking import masked
from store.filings import Filing
from store.ports import CityStore

LONGEST = 1_900
Heard = Literal["nothing", "line", "moved", "conflict"]
"""`nothing`: it was known. `conflict`: this word cannot move the case where it stands; the line is for staff"""


def heard(
    cities: CityStore, work: Casework, info: SystemInfo, filing: Filing, told: ForeignUpdate, now_us: int
) -> Heard:
    """Take what a system says. The same word again is nothing new, whoever is killed between: each has its key."""
    digest = hashlib.sha256(f"{told.id}\n{told.word}\n{told.text}".encode()).hexdigest()[:16]
    case = cities.case(filing.number)
    if digest == filing.heard or case is None:
        return "nothing"
    # Where the system marks its lines, one of an earlier answer is known by that; else the word before it tells apart
    # a status that comes back.
    key = f"{case.number}/{info.name}/{told.id or f'{digest}/{filing.heard}'}"
    deed = Deed(key, "", info.label, now_us)
    words = masked(told.text.strip())[:LONGEST] or f"{info.label}: {told.word}"
    status = case.status if told.status == "same" else told.status
    try:
        if status is not None and status != case.status and status in moves(case.status, "officer"):
            done = work.move(case.number, deed, status, words)
            result: Heard = "moved"
        else:
            done = work.answer(case.number, deed, words, inner=status != case.status)
            result = "line" if status in (None, case.status) else "conflict"
    except Refused:
        # An officer moved it at this very moment: what they decided stands, and the next look tries again.
        return "nothing"
    if done.again:
        result = "nothing"
    ended = status in ENDED and done.case.status in ENDED
    if not (done.again and told.id) or (ended and filing.state != "closed"):
        cities.change_filing(replace(filing, heard=digest, state="closed" if ended else "filed"))
    return result
