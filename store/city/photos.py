"""Photos: what is known of each in one table, the pictures in another, so that looking through the former is quick."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from store.city.database import Part, batches, rows_of
from store.city.desk_schema import photo_pictures, photos, reports
from store.city.schema import cities
from store.photos import Near, Photo

_KEPT = tuple(one.name for one in fields(Photo))


class PhotoTables(Part):
    """Photos of reports and proofs."""

    def put_photo(self, photo: Photo, large: bytes, small: bytes, *, twin_bits_most: int) -> Photo:
        """See `PhotoStore.put_photo`. Two that come at once are looked at one after the other."""
        with self._db.write() as connection:
            city = select(cities.c.code).where(cities.c.code == photo.city)
            connection.execute(city if self._db.is_sqlite else city.with_for_update(key_share=True))
            known = _read(connection, _about().where(photos.c.id == photo.id))
            if known:
                return known[0]
            twin, bits = _twin_of(connection, photo, twin_bits_most)
            kept = replace(photo, twin=twin, twin_bits=bits)
            values = {name: getattr(kept, name) for name in _KEPT}
            values |= {"number": kept.number or None, "report": kept.report or None}
            connection.execute(photos.insert().values(values))
            connection.execute(photo_pictures.insert().values(photo=kept.id, large=large, small=small))
            return _read(connection, _about().where(photos.c.id == photo.id))[0]

    def near_photos(self, city: str, photo_id: str, *, bits_most: int, most: int) -> Sequence[Near]:
        """See `PhotoStore.near_photos`."""
        with self._db.read() as connection:
            this = _read(connection, _about().where(*_this(city, photo_id)))
            if not this or this[0].hash is None:
                return []
            own, mirror = this[0].hash, _mirrored(this[0].hash)
            near = {
                name: bits
                for name, other in connection.execute(_others(this[0]))
                if (bits := min((_apart(own, other), False), (_apart(mirror, other), True)))[0] <= bits_most
            }
            found: list[tuple[int, int, str, bool]] = []
            for some in batches(list(near)):
                query = select(photos.c.at_us, photos.c.id).where(photos.c.id.in_(some), _there())
                earlier = query.where(photos.c.at_us <= this[0].at_us, photos.c.id != photo_id)
                found += [(near[name][0], at_us, name, near[name][1]) for at_us, name in connection.execute(earlier)]
        return [Near(name, bits, mirrored) for bits, _, name, mirrored in sorted(found)[:most]]

    def say_twin(self, photo: Photo) -> Photo:
        """See `PhotoStore.say_twin`."""
        said = {name: getattr(photo, name) for name in ("twin", "twin_bits", "alike")}
        with self._db.write() as connection:
            connection.execute(update(photos).where(*_this(photo.city, photo.id)).values(said))
            found = _read(connection, _about().where(*_this(photo.city, photo.id)))
        return found[0] if found else photo

    def photo(self, city: str, photo_id: str) -> Photo | None:
        """See `PhotoStore.photo`."""
        with self._db.read() as connection:
            found = _read(connection, _about().where(photos.c.city == city, photos.c.id == photo_id))
        return found[0] if found else None

    def photo_picture(self, city: str, photo_id: str, *, small: bool = False) -> bytes | None:
        """See `PhotoStore.photo_picture`."""
        which = photo_pictures.c.small if small else photo_pictures.c.large
        query = select(which).join(photos, photos.c.id == photo_pictures.c.photo)
        with self._db.read() as connection:
            found = connection.execute(query.where(photos.c.city == city, photos.c.id == photo_id)).scalar_one_or_none()
        return None if found is None else bytes(found)

    def photos_of(self, number: str) -> Sequence[Photo]:
        """See `PhotoStore.photos_of`."""
        its = (photos.c.number == number) | (reports.c.number == number)
        with self._db.read() as connection:
            return _read(connection, _about().where(its, _there()).order_by(photos.c.at_us, photos.c.id))

    def photos_of_reports(self, reports: Sequence[str]) -> Sequence[Photo]:
        """See `PhotoStore.photos_of_reports`."""
        found: list[Photo] = []
        with self._db.read() as connection:
            for some in batches(reports):
                query = _about().where(photos.c.report.in_(some), _there())
                found += _read(connection, query.order_by(photos.c.at_us, photos.c.id))
        return found

    def shown_photos(self, numbers: Collection[str]) -> Mapping[str, str]:
        """See `PhotoStore.shown_photos`."""
        found: dict[str, str] = {}
        belongs = func.coalesce(photos.c.number, reports.c.number)
        with self._db.read() as connection:
            for some in batches(numbers):
                query = select(belongs, photos.c.id).select_from(
                    photos.outerjoin(reports, reports.c.id == photos.c.report)
                )
                query = query.where(belongs.in_(some), photos.c.shown_us.is_not(None), _there())
                for number, name in connection.execute(query.order_by(photos.c.at_us, photos.c.id)):
                    found.setdefault(number, name)
        return found

    def show_photo(self, city: str, photo_id: str, shown_us: int | None) -> bool:
        """See `PhotoStore.show_photo`."""
        with self._db.write() as connection:
            change = update(photos).where(*_this(city, photo_id), _there()).values(shown_us=shown_us)
            return bool(connection.execute(change).rowcount)

    def blur_photo(self, city: str, photo_id: str, large: bytes, small: bytes) -> bool:
        """See `PhotoStore.blur_photo`."""
        with self._db.write() as connection:
            change = update(photos).where(*_this(city, photo_id), _there()).values(blurred=photos.c.blurred + 1)
            done = bool(connection.execute(change).rowcount)
            if done:
                this = update(photo_pictures).where(photo_pictures.c.photo == photo_id)
                connection.execute(this.values(large=large, small=small))
        if done:
            self._db.scrub()
        return done

    def erase_photo(self, city: str, photo_id: str) -> bool:
        """See `PhotoStore.erase_photo`."""
        with self._db.write() as connection:
            gone = _gone(connection, select(photos.c.id).where(*_this(city, photo_id)))
        if gone:
            self._db.scrub()
        return gone


def forget_reported(connection: Connection, of_reports: Sequence[str]) -> None:
    """Nothing is left of what these reports showed."""
    _gone(connection, select(photos.c.id).where(photos.c.report.in_(of_reports)))


def forget_proofs(connection: Connection, of_cases: Select[Any]) -> None:
    """The pictures go; the fingerprint stays, so that an old proof is known again when it comes a second time."""
    proofs = select(photos.c.id).where(photos.c.number.in_(of_cases), photos.c.kind == "proof")
    connection.execute(delete(photo_pictures).where(photo_pictures.c.photo.in_(proofs)))


def _gone(connection: Connection, which: Select[Any]) -> bool:
    connection.execute(delete(photo_pictures).where(photo_pictures.c.photo.in_(which)))
    return bool(connection.execute(delete(photos).where(photos.c.id.in_(which))).rowcount)


def _twin_of(connection: Connection, photo: Photo, bits_most: int) -> tuple[str, int]:
    """The earlier one with the fewest bits between; the oldest of several. A hundred thousand are looked through one
    by one: two numbers and a count of bits each."""
    if photo.hash is None:
        return "", 0
    near = [
        (bits, name)
        for name, other in connection.execute(_others(photo))
        if (bits := _apart(photo.hash, other)) <= bits_most
    ]
    if not near:
        return "", 0
    bits = min(near)[0]
    nearest = [name for each, name in near if each == bits]
    oldest = select(photos.c.id).where(photos.c.id.in_(nearest[:500])).order_by(photos.c.at_us, photos.c.id).limit(1)
    return str(connection.execute(oldest).scalar_one()), bits


def _others(photo: Photo) -> Select[Any]:
    """Name and fingerprint of the city's, without those of its own report."""
    query = select(photos.c.id, photos.c.hash).where(photos.c.city == photo.city, photos.c.hash.is_not(None))
    return query.where(func.coalesce(photos.c.report, "") != photo.report) if photo.report else query


def _apart(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


def _mirrored(one: int) -> int:
    """The fingerprint of the picture in a mirror: each row backwards, and what was lighter is darker."""
    rows = (one & (2**64 - 1)).to_bytes(8)
    return int.from_bytes(bytes(~int(f"{row:08b}"[::-1], 2) & 0xFF for row in rows))


def _this(city: str, photo_id: str) -> tuple[ColumnElement[bool], ...]:
    return photos.c.city == city, photos.c.id == photo_id


def _there() -> ColumnElement[bool]:
    return exists().where(photo_pictures.c.photo == photos.c.id)


def _about() -> Select[Any]:
    """What is known of photos, each with the case that it, or its report, belongs to."""
    number = func.coalesce(photos.c.number, reports.c.number, "").label("number")
    others = [photos.c[name] for name in _KEPT if name != "number"]
    return select(*others, number).outerjoin(reports, reports.c.id == photos.c.report)


def _read(connection: Connection, query: Select[Any]) -> list[Photo]:
    return [Photo(**{**row, "report": row["report"] or ""}) for row in rows_of(connection, query)]
