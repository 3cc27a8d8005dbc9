"""Takes what residents report elsewhere as reports to us, each once.

A report's key is the feed's name and its number there, and where to go on is kept after a page is, so that a page
that is read twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from cities.cells import Cell, cells_of, region_of
from complaints.intake import LONGEST, Intake, Said
from complaints.photos.keeping import Photos, Place
from complaints.systems.port import SystemInfo
from complaints.systems.qlue import Incoming, Page, Qlue
from contract.city import Profile
from contract.distance import distance_m
from contract.errors import BadInput, Unavailable
from store.ports import CityStore

FARTHEST_M = 60_000.0
_SHOWN = 3


class TakingIn:
    """One city's."""

    def __init__(self, cities: CityStore, profile: Profile) -> None:
        self._cities = cities
        self._profile = profile
        self._intake = Intake(cities, profile)
        self._photos = Photos(cities, profile)
        self._cells: tuple[int, Sequence[Cell]] | None = None

    def take(self, info: SystemInfo, source: Qlue, cursor: str, now_us: int) -> tuple[Page, str]:
        """One page of it, and in words what of it could not be taken, "" for nothing. Raises Unavailable."""
        page = source.read(cursor)
        faults = list(page.faults)
        for one in page.reports:
            try:
                self._take(info, source, one, now_us)
            except BadInput as error:
                faults.append(f"{one.id}: {error}")
        more = f" (+{len(faults) - _SHOWN})" if len(faults) > _SHOWN else ""
        return page, "; ".join(faults[:_SHOWN]) + more

    def _take(self, info: SystemInfo, source: Qlue, one: Incoming, now_us: int) -> None:
        mine = self._cities.case(one.ours) if one.ours else None
        if mine is not None and mine.city == self._profile.code:
            return
        if not distance_m(one.lat, one.lon, self._profile.lat, self._profile.lon) <= FARTHEST_M:
            raise BadInput(f"{one.lat:g}, {one.lon:g} is far outside the city", where="lat, lon")
        text = "".join(letter for letter in one.text if letter.isprintable() or letter == "\n").strip()
        raw = source.photo(one.photo) if one.photo else None
        picture = None
        if raw is not None:
            try:
                picture = self._photos.look(raw)
            except (BadInput, Unavailable):
                raw = None
        if one.photo and raw is None:
            # Whoever looks at the report can still open what we could not.
            text = f"{text[: LONGEST - 600]}\n\nFoto: {one.photo[:500]}".strip()
        category = next(kind for kind in self._profile.categories if kind.code == one.category)
        taken = self._intake.take(
            Said(
                key=f"{info.name}/{one.id}",
                source="system",
                category=one.category,
                lat=one.lat,
                lon=one.lon,
                region=self._region(one),
                text=text[:LONGEST] or category.name.id,
                name=f"{info.label} {one.id}",
                account=sha256(f"{info.name}/{one.who}".encode()).hexdigest() if one.who else "",
            ),
            now_us,
        )
        if raw is not None:
            number, report = taken.report.number, taken.report.id
            place = Place(one.lat, one.lon)
            self._photos.keep(
                raw, case=number, report=report, kind="report", now_us=now_us, place=place, picture=picture
            )

    def _region(self, one: Incoming) -> str:
        version = self._cities.registry_version(self._profile.code)
        if self._cells is None or self._cells[0] != version:
            self._cells = version, cells_of(self._profile, self._cities.boundaries(self._profile.code))
        return region_of(self._profile, self._cells[1], one.lat, one.lon)
