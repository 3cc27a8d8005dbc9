"""What the command centre tells of a place in a few words: a road, a shelter, a kitchen, the power. Pure.

A note holds from one moment to another and ends by itself. It is never edited in silence: each change is a version of
its own, signed, and the earlier ones stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from contract.clock import DAY_US
from contract.errors import BadInput

Kind = Literal["road", "shelter", "kitchen", "power", "water", "tree", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""in the order in which residents read them"""
TEXT_MOST = 280
PLACE_MOST = 80
WHY_MOST = 200
LONGEST_US = 7 * DAY_US
STANDING_MOST = 50
"""notes of one city that have not ended"""


@dataclass(frozen=True, slots=True)
class Situation:
    """One version of a note.

    `text` is by language, Indonesian always. `region`: the code of a kelurahan or kecamatan, "" for the whole city;
    `place`: where in it, in words. `public`: residents read it, else staff alone. `person` said this version at
    `said_us`, under the `name` and `office` that they then had. `why`: the reason of a change, "" at first.
    """

    id: str
    version: int
    city: str
    kind: Kind
    text: Mapping[str, str]
    region: str
    place: str
    from_us: int
    until_us: int
    public: bool
    said_us: int
    person: str
    name: str
    office: str
    why: str = ""

    def stands(self, now_us: int) -> bool:
        """Whether it has not ended; it may not have begun."""
        return now_us < self.until_us

    def holds(self, now_us: int) -> bool:
        """Whether it is so now."""
        return self.from_us <= now_us < self.until_us


def check(note: Situation) -> None:
    """Raises BadInput with `where` the field: kind, text, english, place, until, why."""
    if note.kind not in KINDS:
        raise BadInput("that is no kind of note", where="kind", remedy=f"One of: {', '.join(KINDS)}.")
    if not 0 < len(note.text.get("id", "").strip()) <= TEXT_MOST:
        raise BadInput("a note needs words", where="text", remedy=f"Write 1 to {TEXT_MOST} characters.")
    if len(note.text.get("en", "")) > TEXT_MOST:
        raise BadInput("the English words are too long", where="english", remedy=f"At most {TEXT_MOST} characters.")
    if len(note.place) > PLACE_MOST:
        raise BadInput("the place is too long", where="place", remedy=f"At most {PLACE_MOST} characters.")
    if note.version > 1 and not 0 < len(note.why.strip()) <= WHY_MOST:
        raise BadInput("a change needs its reason", where="why", remedy=f"Write 1 to {WHY_MOST} characters.")
    ended = note.version > 1 and note.until_us == note.said_us
    if not ended and not (note.from_us < note.until_us and note.said_us < note.until_us <= note.said_us + LONGEST_US):
        raise BadInput(
            "a note ends after it begins, and within seven days",
            where="until",
            remedy="Correct it then if it still holds.",
        )
