"""Photos kept: made anew, with what their camera said of time and place, and the earlier one that looks like it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from complaints.photos.decoding import Cell, Decoder, Picture, Unfit
from complaints.photos.worker import COLUMNS, ROWS
from contract.city import Profile
from contract.clock import to_us
from contract.distance import distance_m
from contract.errors import BadInput, Unavailable
from store.photos import Photo, PhotoKind
from store.ports import CityStore

MOST = 3
"""of one report; of a case's proofs ten times as many"""
PROOFS_MOST = 30
TWIN_BITS = 8
"""of 64: how far apart two fingerprints of one photo may lie. Decision 0053 has what was measured"""
LIKE_BITS = 12
LIKE_MOST = 6
"""of those that lie no farther apart, as they are or mirrored, so many are laid over the new one"""
_SPACE = UUID("8a0c7c4e-61f5-5c1f-9b1e-6c0b2f3f7a52")


class Place(NamedTuple):
    """WGS 84, degrees."""

    lat: float
    lon: float


class Photos:
    """One city's. Safe to share between threads."""

    def __init__(self, cities: CityStore, profile: Profile, decoder: Decoder | None = None) -> None:
        self._cities = cities
        self._city = profile.code
        self._zone = ZoneInfo(profile.zone)
        self._decoder = decoder or Decoder()

    def look(self, raw: bytes) -> Picture:
        """What can be kept of a stranger's file, before anything is. Raises Unfit with words, and Unavailable."""
        return self._decoder.picture(raw)

    def keep(
        self,
        raw: bytes,
        *,
        case: str,
        report: str,
        kind: PhotoKind,
        now_us: int,
        place: Place,
        picture: Picture | None = None,
    ) -> Photo:
        """A report's (`case` may be "" while that waits aside) or a case's proof (`report` is ""). `place`: where it
        should have been taken. `picture`: what `look` made of `raw`, if it was asked before.

        The same file for the same report or case is kept once. A proof is for the public at once, a report's photo
        when an officer says so. Raises BadInput with words, and Unavailable.
        """
        belongs = report if kind == "report" else case
        name = str(uuid5(_SPACE, f"{self._city}/{kind}/{belongs}/{sha256(raw).hexdigest()}"))
        before = self._cities.photos_of_reports([report]) if report else self._proofs(case)
        known = next((one for one in before if one.id == name), None)
        if known is not None:
            large = None if known.alike else self._cities.photo_picture(self._city, known.id)
            return known if large is None else self._told_apart(known, large)
        if len(before) >= (MOST if report else PROOFS_MOST):
            raise Unfit("many")
        seen = picture or self.look(raw)
        away_m = None if seen.lat is None or seen.lon is None else distance_m(seen.lat, seen.lon, *place)
        photo = Photo(
            id=name,
            city=self._city,
            number="" if kind == "report" else case,
            report=report,
            kind=kind,
            at_us=now_us,
            width=seen.width,
            height=seen.height,
            hash=seen.hash,
            taken_us=taken_us(seen.taken, seen.offset, self._zone),
            away_m=away_m,
            shown_us=now_us if kind == "proof" else None,
        )
        kept = self._cities.put_photo(photo, seen.large, seen.small, twin_bits_most=TWIN_BITS)
        return self._told_apart(kept, seen.large)

    def photos_of(self, case: str) -> Sequence[Photo]:
        """Those of a case, the oldest first."""
        return self._cities.photos_of(case)

    def blur(self, photo_id: str, cells: Collection[Cell]) -> bool:
        """Make these cells of the grid unreadable, for good. False where there is no such photo. Raises BadInput for
        no cell, or one that is not on the grid."""
        if not cells or any(not (0 <= column < COLUMNS and 0 <= row < ROWS) for column, row in cells):
            raise BadInput("no square of the photo is marked", where="photo", remedy="Mark what nobody shall read.")
        large = self._cities.photo_picture(self._city, photo_id)
        if large is None:
            return False
        made = self._decoder.blurred(large, cells)
        return self._cities.blur_photo(self._city, photo_id, made.large, made.small)

    def _told_apart(self, photo: Photo, large: bytes) -> Photo:
        """With the earlier photo that this one was made from; or that its twin is another picture. Where none can be
        looked at any more its fingerprint has the word."""
        near = self._cities.near_photos(self._city, photo.id, bits_most=LIKE_BITS, most=LIKE_MOST)
        found = [(one, self._cities.photo_picture(self._city, one.id)) for one in near]
        there = [(one, picture) for one, picture in found if picture is not None]
        if not there:
            return photo
        try:
            same = self._decoder.same_as(large, [(picture, one.mirrored) for one, picture in there])
        except (Unfit, Unavailable):
            return photo
        if same[-1]:
            made_from = there[len(same) - 1][0]
            return self._cities.say_twin(replace(photo, twin=made_from.id, twin_bits=made_from.bits, alike="same"))
        twin = self._cities.photo(self._city, photo.twin)
        looked_at = any(one.id == photo.twin and not one.mirrored for one, _ in there)
        # What was made unreadable in it looks like something that came or went.
        if twin is None or twin.blurred or not looked_at:
            return photo
        return self._cities.say_twin(replace(photo, alike="spot"))

    def _proofs(self, case: str) -> list[Photo]:
        return [one for one in self._cities.photos_of(case) if one.kind == "proof"]


def taken_us(taken: str, offset: str, zone: ZoneInfo) -> int | None:
    """What a camera's clock said, in microseconds; in the city's zone where it names none. None for rubbish."""
    try:
        told = datetime.strptime(taken[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 its zone comes next
        away = datetime.strptime(offset, "%z").tzinfo if offset else None
    except ValueError:
        return None
    if told.year < 1990:
        return None
    return to_us(told.replace(tzinfo=away or zone).astimezone(UTC))
