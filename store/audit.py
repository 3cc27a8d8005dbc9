"""The audit log's chain: how a row is sealed, and how a broken one is found. Pure.

Each row's digest is over everything in the row and over the digest of the row before it; the head keeps the newest
number and digest. Whoever changes, removes or inserts a row must therefore make every later row and the head anew.
Against that only a head that was noted down elsewhere helps (`siaga audit verify --head`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from store.people import AuditLog, AuditRow, Details

How = Literal["changed", "removed", "inserted", "truncated", "head", "anchor"]

PERSONAL = "personal."
"""how the keys of facts about a living person begin in a row's details; their values are salted digests"""

_UNREADABLE = "unreadable"
_NEAR = 1_000
"""a row that was moved by renumbering is looked for so many numbers away"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first row that is wrong, by its number; `how` in one word, `sentence` for people."""

    number: int
    how: How
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rows` were read and (unless something is `wrong`) chain up to `digest`, the head to be noted down."""

    rows: int
    digest: str
    wrong: Wrong | None


def canonical(value: Any) -> str:
    """One text for equal values: keys sorted, no blanks, ASCII. What JSON does not know is shown, never an error."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=repr)


def seal(row: AuditRow) -> str:
    """The SHA-256 that `row.digest` must be, from everything else in the row, in lower-case hex."""
    facts = [row.city, row.number, row.at_us, row.actor, row.what, row.object, row.details, row.previous]
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def salted(salt: bytes, name: str, fact: str) -> str:
    """What the log keeps of a personal fact: HMAC-SHA256 under a salt that is deleted with the person."""
    return "hmac-sha256:" + hmac.new(salt, f"{name}\n{fact}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def details_text(details: Details, personal: Mapping[str, str], salt: bytes | None) -> str:
    """A deed's facts as they are kept. Raises ValueError where a plain fact is called like a personal one."""
    if wrong := sorted(name for name in details if name.startswith(PERSONAL)):
        raise ValueError(f"{wrong[0]!r}: a plain fact must not begin with {PERSONAL!r}")
    if personal and salt is None:
        raise ValueError("personal facts need a salt")
    hidden = {PERSONAL + name: salted(salt or b"", name, fact) for name, fact in personal.items()}
    return canonical({**details, **hidden})


def details_of(text: object) -> Details:
    """The facts in a row's text. A text that nobody here has written becomes a fact that fits no digest."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and canonical(found) == text:
        return found
    return {_UNREADABLE: repr(text)}


def facts(row: AuditRow) -> dict[str, Any]:
    """A row by the names of its fields, for whoever checks it elsewhere."""
    return {name: getattr(row, name) for name in AuditRow.__slots__}


def every_row(log: AuditLog, city: str, *, page: int = 1_000) -> Iterator[AuditRow]:
    """A city's whole log in order, a page at a time."""
    after = 0
    while found := log.audit(city, after, limit=page):
        yield from found
        after = found[-1].number


def verify(rows: Iterable[AuditRow], head: tuple[int, str]) -> Verdict:
    """Judge all rows of one city, in order of their numbers, against its head."""
    count, last, digest = 0, None, ""
    for count, row in enumerate(rows, start=1):
        wrong = _judged(row, count, digest)
        if wrong is not None:
            return Verdict(count, digest, wrong)
        last, digest = row, row.digest
    return Verdict(count, digest, _at_the_end(last, head))


def examine(log: AuditLog, city: str, *, anchor: str = "", page: int = 1_000) -> Verdict:
    """Judge a city's log while others may write to it. `anchor`: the digest of a head that was noted down earlier.

    Rows that were added after the head was read are not judged, unless the head has not moved with them.
    """
    head = log.audit_head(city)
    seen: set[str] = set()

    def rows() -> Iterator[AuditRow]:
        for row in every_row(log, city, page=page):
            if _whole(row.number) and row.number > head[0] and log.audit_head(city)[0] >= row.number:
                return
            if row.digest == anchor:
                seen.add(anchor)
            yield row

    verdict = verify(rows(), head)
    if verdict.wrong is None and anchor and anchor not in seen:
        what = f"no row has the noted digest {anchor}: rows were removed at the end, or the whole log was made anew"
        return replace(verdict, wrong=Wrong(verdict.rows + 1, "anchor", what))
    return verdict


def _judged(row: AuditRow, number: int, previous: str) -> Wrong | None:
    """What is wrong with the row that should be `number` and follow `previous`."""
    if not _whole(row.number) or row.number < number:
        return Wrong(number, "inserted", f"row {row.number} was inserted")
    if row.number > number:
        return Wrong(number, "removed", f"{_rows(number, row.number - 1)} removed")
    if seal(row) != row.digest:
        return _unsealed(row, number)
    if row.previous != previous:
        # Both rows are whole in themselves, so the earlier one was put in the place of the one that was sealed here.
        if number == 1:
            return Wrong(1, "removed", "the beginning of the log was removed")
        return Wrong(number - 1, "changed", f"row {number - 1} was changed and sealed anew")
    return None


def _unsealed(row: AuditRow, number: int) -> Wrong:
    was = _moved_from(row)
    if was is None:
        return Wrong(number, "changed", f"row {number} was changed")
    if was < number:
        return Wrong(was, "inserted", f"{_rows(was, number - 1)} inserted, and the later ones numbered anew")
    return Wrong(number, "removed", f"{_rows(number, was - 1)} removed, and the later ones numbered anew")


def _moved_from(row: AuditRow) -> int | None:
    """The number under which a row was sealed, where nothing but its number has changed."""
    for away in range(1, _NEAR + 1):
        for number in (row.number - away, row.number + away):
            if number > 0 and seal(replace(row, number=number)) == row.digest:
                return number
    return None


def _at_the_end(last: AuditRow | None, head: tuple[int, str]) -> Wrong | None:
    number, digest = (last.number, last.digest) if last is not None else (0, "")
    if (number, digest) == head:
        return None
    if head == (0, ""):
        return Wrong(number, "head", f"the head of the log was removed; its newest row is {number}")
    if not _whole(head[0]):
        return Wrong(number, "head", f"the head of the log was changed: it names row {head[0]!r}")
    if head[0] > number:
        return Wrong(number + 1, "truncated", f"{_rows(number + 1, head[0])} removed at the end of the log")
    if head[0] < number:
        return Wrong(head[0] + 1, "inserted", f"{_rows(head[0] + 1, number)} added behind the head of the log")
    return Wrong(number, "head", f"row {number} or the head of the log was changed: their digests differ")


def _whole(number: object) -> bool:
    """SQLite keeps a word in a column of numbers where somebody puts one there."""
    return isinstance(number, int)


def _rows(first: int, last: int) -> str:
    return f"row {first} was" if first == last else f"rows {first} to {last} were"
