"""A feed of residents' reports as Qlue's was: words, a place, one of its categories and the address of a photo.

Qlue publishes nothing about it, so the names of its fields stand in the city's file. The address takes `{cursor}`:
what the last answer said that the next one begins after, "" at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

from complaints.outward import Outward
from complaints.photos.decoding import BYTES_MOST
from complaints.systems.wire import at, read_json, settled
from contract.errors import BadInput, Unavailable

FIELDS: Mapping[str, str] = {
    "id": "id",
    "text": "text",
    "category": "category",
    "lat": "lat",
    "lon": "lon",
    "photo": "photo",
    "who": "who",
    "ours": "ours",
}
"""our parts -> where they lie in a report there. `who`: its mark of the account; `ours`: our number, if we sent it"""
ID_MOST = 80
A_PAGE = 200
_LONGEST = 2 * 1024 * 1024
_WHOLE_S = 20.0


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report as it lies there. `category` is ours, WGS 84 degrees; `photo` an address, "" for none."""

    id: str
    text: str
    category: str
    lat: float
    lon: float
    photo: str
    who: str
    ours: str


@dataclass(frozen=True, slots=True)
class Page:
    """What came at once: reports, the oldest first, what could not be read in words, and where to go on."""

    reports: Sequence[Incoming]
    faults: Sequence[str]
    cursor: str


class Qlue:
    """The feed over HTTP."""

    def __init__(
        self,
        url: str,
        token: str,
        items: str,
        after: str,
        fields: Mapping[str, str],
        services: Mapping[str, str],
        outward: Outward,
        *,
        where: str,
    ) -> None:
        """`items`, `after`: where in the answer the list and the cursor are; `services`: our categories by its words.
        Raises BadInput naming `where` for an address that is not open to us."""
        self._url = url
        self._token = token
        self._items = items
        self._after = after
        self._fields = {**FIELDS, **fields}
        self._services = services
        self._outward = outward
        self._where = where
        self._host = urlsplit(url).hostname or ""
        outward.judge(url.replace("{cursor}", ""), where=where)

    def read(self, cursor: str) -> Page:
        """What came after `cursor`. Raises Unavailable, for an answer that is no such list, too."""
        answer = self._get(self._url.replace("{cursor}", quote(cursor, safe="")), _LONGEST, self._token)
        whole = read_json(settled(answer, self._host, changes=False), self._host, changes=False)
        items: Any = whole
        for step in self._items.split("."):
            items = items.get(step) if isinstance(items, dict) else None
        if not isinstance(items, list):
            raise Unavailable(f"{self._host} answered without a list at {self._items!r}", mend="systems_file")
        if len(items) > A_PAGE:
            raise Unavailable(f"{self._host} answered {len(items)} reports at once; at most {A_PAGE} are taken")
        after = at(whole, self._after)
        if items and not after:
            raise Unavailable(f"{self._host} does not say at {self._after!r} where to go on", mend="systems_file")
        reports: list[Incoming] = []
        faults: list[str] = []
        for one in items:
            try:
                reports.append(self._report(one))
            except ValueError as error:
                faults.append(f"{at(one, self._fields['id'])[:ID_MOST] or '?'}: {error}")
        return Page(reports, faults, after[:1_000] or cursor)

    def photo(self, url: str) -> bytes | None:
        """The file at an address that a report gave, None where nothing whole is there now."""
        try:
            answer = self._get(url, BYTES_MOST, "")
        except (Unavailable, BadInput):
            return None
        return answer.body if answer.status == 200 and not answer.cut else None

    def _report(self, one: Any) -> Incoming:
        """Raises ValueError, with what of it is wrong."""
        found = {name: at(one, path) for name, path in self._fields.items()}
        if not found["id"] or len(found["id"]) > ID_MOST or not found["id"].isprintable():
            raise ValueError("it has no number")
        theirs = " ".join(found["category"].split()).casefold()
        category = next((ours for ours, word in self._services.items() if word.casefold() == theirs), "")
        if not category:
            raise ValueError(f"its category {found['category'][:80]!r} is not in services")
        try:
            lat, lon = float(found["lat"]), float(found["lon"])
        except ValueError:
            raise ValueError("it has no place") from None
        if not (isfinite(lat) and isfinite(lon)):
            raise ValueError("it has no place")
        return Incoming(found["id"], found["text"], category, lat, lon, found["photo"], found["who"], found["ours"])

    def _get(self, url: str, longest: int, token: str) -> Any:
        target = self._outward.judge(url, where=self._where)
        headers = {"Accept": "application/json, image/*", "User-Agent": "siaga"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._outward.send("GET", target, headers=headers, longest=longest, whole_s=_WHOLE_S)
