"""The registry: a city, its areas and offices, its sites and nodes, and where each node stood when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, or_, select, update

from contract.city import NodeKind, Profile, Site
from contract.errors import BadInput, Rejected
from contract.incident import Audience
from contract.promise import Promise
from contract.staging import narrower
from store.city import schema
from store.city.audit import append
from store.city.database import Part, batches, rows_of
from store.city.impacts import take_file
from store.city.schema import (
    agencies,
    categories,
    cities,
    nodes,
    placements,
    regions,
    routes,
    sites,
    stages,
    strangers,
)
from store.city.staging import take_first_pack
from store.people import Deed
from store.ports import Placement

_DIGEST_OF = 2
"""Raised when `put_profile` begins to keep more of a profile, so that the same profile is read again."""


class RegistryTables(Part):
    """What a city folder says, with the history of where nodes stood."""

    def put_profile(self, profile: Profile, now_us: int, deed: Deed | None = None) -> None:
        """See `CityStore.put_profile`.

        A node's first placement is valid for all time before it, for its readings may be older than the registry. A
        node that left the profile keeps its history and has no placement from `now_us` on, except one that was
        adopted by hand. A city's first profile is told as far as its two signers say; what is new later begins in
        shadow. Raises BadInput where a node belongs to another city or stands at an unknown site.
        """
        digest = hashlib.sha256(f"{_DIGEST_OF}{profile!r}".encode()).hexdigest()
        with self._db.write() as connection:
            # Two processes may bring the same new city at once: the row comes first, so that the second one waits.
            self._ensure_city(connection, profile)
            known = connection.execute(
                select(cities.c.digest).where(cities.c.code == profile.code).with_for_update()
            ).scalar_one()
            if known == digest:
                return
            self._put_city(connection, profile, digest)
            self._put_lists(connection, profile)
            self._put_sites_and_nodes(connection, profile, now_us)
            take_file(connection, profile, now_us)
            if not known:
                take_first_pack(connection, profile, now_us)
            self._note(connection, profile.code, deed)

    def _ensure_city(self, connection: Connection, profile: Profile) -> None:
        taken = set(
            connection.execute(select(cities.c.number_prefix).where(cities.c.code != profile.code)).scalars().all()
        )
        new = self._db.insert(cities).values(
            code=profile.code, number_prefix=_prefix(profile.code, taken), registry_version=0, **_facts(profile, "")
        )
        connection.execute(new.on_conflict_do_nothing())

    @staticmethod
    def _put_city(connection: Connection, profile: Profile, digest: str) -> None:
        """The number prefix stays as it was first given: case numbers are on paper by now."""
        connection.execute(
            update(cities)
            .where(cities.c.code == profile.code)
            .values(registry_version=cities.c.registry_version + 1, **_facts(profile, digest))
        )

    @staticmethod
    def _put_lists(connection: Connection, profile: Profile) -> None:
        """Lists that nothing refers to by key are replaced whole."""
        rows: dict[Table, list[dict[str, Any]]] = {
            regions: [
                {"code": r.code, "name": r.name, "level": r.level, "parent": r.parent, "lat": r.lat, "lon": r.lon}
                for r in profile.regions
            ],
            agencies: [
                {"code": a.code, "name_id": a.name.id, "name_en": a.name.en, "phone": a.phone} for a in profile.agencies
            ],
            categories: [
                {
                    "code": c.code,
                    "name_id": c.name.id,
                    "name_en": c.name.en,
                    "description_id": c.description.id,
                    "description_en": c.description.en,
                    "agency": c.agency,
                    "group": c.group,
                    **_promise_facts(c.promise),
                    "radius_m": c.radius_m,
                    "emergency": c.emergency,
                    "keywords": list(c.keywords),
                }
                for c in profile.categories
            ],
            routes: [{"category": r.category, "region": r.region, "agency": r.agency} for r in profile.routes],
        }
        for table, some in rows.items():
            connection.execute(delete(table).where(table.c.city == profile.code))
            if some:
                connection.execute(insert(table), [{"city": profile.code, **one} for one in some])

    def _put_sites_and_nodes(self, connection: Connection, profile: Profile, now_us: int) -> None:
        city, by_code = profile.code, {site.code: site for site in profile.sites}
        self._put_nodes_of(connection, profile, by_code)
        self._upsert(
            connection,
            sites,
            ("city", "code"),
            [{"city": city, "code": s.code, **_site_facts(s)} for s in by_code.values()],
        )
        known = select(nodes.c.node).where(nodes.c.city == city, nodes.c.adopted.is_(False))
        gone = set(connection.execute(known).scalars()) - {spec.node for spec in profile.nodes}
        for some in batches(gone):
            here = and_(placements.c.city == city, placements.c.node.in_(some), placements.c.valid_to_us.is_(None))
            connection.execute(update(placements).where(here).values(valid_to_us=now_us))
        # An adopted node follows its site like any other.
        stands = select(placements.c.node, placements.c.site).where(
            placements.c.city == city, placements.c.valid_to_us.is_(None)
        )
        wanted = {node: by_code[code] for node, code in connection.execute(stands).all() if code in by_code}
        wanted |= {spec.node: by_code[spec.site] for spec in profile.nodes}
        self._place(connection, city, wanted, now_us)

    def _put_nodes_of(self, connection: Connection, profile: Profile, by_code: Mapping[str, Site]) -> None:
        city, names = profile.code, [spec.node for spec in profile.nodes]
        for spec in profile.nodes:
            if spec.site not in by_code:
                raise BadInput(
                    f"node {spec.node} stands at the unknown site {spec.site!r}",
                    where=f"city {city}",
                    remedy="Add the site, or name another.",
                )
        for some in batches(names):
            others = select(nodes.c.node, nodes.c.city).where(nodes.c.node.in_(some), nodes.c.city != city)
            for node, other in connection.execute(others):
                raise BadInput(
                    f"node {node} already belongs to {other}",
                    where=f"city {city}",
                    remedy="A node's name is unique across all cities: choose another.",
                )
            connection.execute(delete(strangers).where(strangers.c.city == city, strangers.c.node.in_(some)))
        rows = [
            {
                "city": city,
                "node": spec.node,
                "kind": spec.kind,
                "name": spec.name,
                "audience": spec.audience,
                "link": spec.link,
                "sensors": {one.sensor: [one.kind, one.period_s] for one in spec.sensors},
                "adopted": False,
            }
            for spec in profile.nodes
        ]
        self._upsert(connection, nodes, ("city", "node"), rows)

    def _upsert(self, connection: Connection, table: Table, by: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            new = self._db.insert(table)
            facts = {name: new.excluded[name] for name in rows[0] if name not in by}
            connection.execute(new.on_conflict_do_update(index_elements=by, set_=facts), rows)

    @staticmethod
    def _place(connection: Connection, city: str, wanted: Mapping[str, Site], now_us: int) -> None:
        """Where nodes stand from now on; one that stands there already keeps its placement."""
        current: dict[str, dict[str, Any]] = {}
        moved: list[dict[str, Any]] = []
        stood: set[str] = set()
        for some in batches(wanted):
            these = and_(placements.c.city == city, placements.c.node.in_(some))
            stood.update(connection.execute(select(placements.c.node).where(these).distinct()).scalars())
            now = select(placements).where(these, placements.c.valid_to_us.is_(None))
            current |= {row["node"]: row for row in rows_of(connection, now)}
        for node, place in wanted.items():
            here = {"site": place.code, "region": place.region, "lat": place.lat, "lon": place.lon}
            if node not in current or any(current[node][name] != value for name, value in here.items()):
                moved.append({"city": city, "node": node, "valid_from_us": now_us if node in stood else 0, **here})
        for some in batches([one["node"] for one in moved if one["node"] in current]):
            left = and_(placements.c.city == city, placements.c.node.in_(some), placements.c.valid_to_us.is_(None))
            connection.execute(update(placements).where(left).values(valid_to_us=now_us))
        if moved:
            connection.execute(insert(placements), moved)

    def placements(self, city: str) -> Sequence[Placement]:
        """See `CityStore.placements`, by node."""
        query = (
            select(
                placements.c.city,
                placements.c.node,
                nodes.c.kind,
                nodes.c.name,
                placements.c.site,
                sites.c.name.label("site_name"),
                placements.c.region,
                placements.c.lat,
                placements.c.lon,
                sites.c.river,
                sites.c.river_km,
                sites.c.uplink,
                sites.c.power,
                nodes.c.audience,
                nodes.c.sensors,
                nodes.c.link,
                stages.c.stage,
            )
            .join(nodes, and_(nodes.c.city == placements.c.city, nodes.c.node == placements.c.node))
            .join(sites, and_(sites.c.city == placements.c.city, sites.c.code == placements.c.site))
            .outerjoin(
                stages,
                and_(stages.c.city == placements.c.city, stages.c.what == "node", stages.c.name == placements.c.node),
            )
            .where(placements.c.city == city, placements.c.valid_to_us.is_(None))
            .order_by(placements.c.node)
        )
        with self._db.read() as connection:
            found = rows_of(connection, query)
        return [_placement(row) for row in found]

    def region_at(self, city: str, node: str, observed_us: int) -> str | None:
        """See `CityStore.region_at`. None for an unknown node, and for one that was taken out before."""
        query = select(placements.c.region).where(
            placements.c.city == city,
            placements.c.node == node,
            placements.c.valid_from_us <= observed_us,
            or_(placements.c.valid_to_us.is_(None), placements.c.valid_to_us > observed_us),
        )
        with self._db.read() as connection:
            return connection.execute(query.order_by(placements.c.valid_from_us.desc()).limit(1)).scalar_one_or_none()

    def registry_version(self, city: str) -> int:
        """See `CityStore.registry_version`. 0 for a city that is not known."""
        query = select(cities.c.registry_version).where(cities.c.code == city)
        with self._db.read() as connection:
            return connection.execute(query).scalar_one_or_none() or 0

    def put_boundaries(self, city: str, boundaries: Mapping[str, str], now_us: int, deed: Deed | None = None) -> None:
        """See `CityStore.put_boundaries`. Raises Rejected for an unknown city; other areas' boundaries stay."""
        with self._db.write() as connection:
            _bump(connection, city)
            for code, geometry in boundaries.items():
                kept = {"geometry": geometry, "changed_us": now_us}
                new = self._db.insert(schema.boundaries).values(city=city, code=code, **kept)
                connection.execute(new.on_conflict_do_update(index_elements=["city", "code"], set_=kept))
            self._note(connection, city, deed)

    def boundaries(self, city: str) -> Mapping[str, str]:
        """See `CityStore.boundaries`."""
        query = select(schema.boundaries.c.code, schema.boundaries.c.geometry).where(schema.boundaries.c.city == city)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(schema.boundaries.c.code)).all()
        return {row.code: row.geometry for row in found}

    def adopt(self, city: str, node: str, site: str, kind: NodeKind, now_us: int, deed: Deed | None = None) -> None:
        """See `CityStore.adopt`. The node's sensors are what its birth says; its incidents start in shadow."""
        with self._db.write() as connection:
            stranger = and_(strangers.c.city == city, strangers.c.node == node)
            if connection.execute(delete(strangers).where(stranger)).rowcount == 0:
                raise Rejected(f"no unknown node {node} has spoken in {city}", reason="unknown_stranger")
            found = connection.execute(select(sites).where(sites.c.city == city, sites.c.code == site)).first()
            if found is None:
                raise Rejected(f"{city} has no site {site!r}", reason="unknown_site")
            _bump(connection, city)
            facts = {"kind": kind, "name": node, "audience": "shadow", "link": "", "sensors": {}, "adopted": True}
            new = self._db.insert(nodes).values(city=city, node=node, **facts)
            connection.execute(new.on_conflict_do_update(index_elements=["city", "node"], set_=facts))
            place = Site(code=site, name=found.name, lat=found.lat, lon=found.lon, region=found.region)
            self._place(connection, city, {node: place}, now_us)
            self._note(connection, city, deed)

    def _note(self, connection: Connection, city: str, deed: Deed | None) -> None:
        if deed is not None:
            append(self._db, connection, city, deed)


def _placement(row: dict[str, Any]) -> Placement:
    promoted: Audience = row.pop("stage") or "shadow"
    row["audience"] = narrower(row["audience"], promoted)
    row["sensors"] = {name: (kind, period) for name, (kind, period) in row["sensors"].items()}
    return Placement(**row)


def _bump(connection: Connection, city: str) -> None:
    changed = connection.execute(
        update(cities).where(cities.c.code == city).values(registry_version=cities.c.registry_version + 1)
    )
    if changed.rowcount == 0:
        raise Rejected(f"city {city} is not in the registry", reason="unknown_city")


def _facts(profile: Profile, digest: str) -> dict[str, Any]:
    return {
        "name": profile.name,
        "zone": profile.zone,
        "zone_word": profile.zone_word,
        "region": profile.region,
        "lat": profile.lat,
        "lon": profile.lon,
        "emergency_phone": profile.emergency_phone,
        "signs": profile.warnings.agency,
        "digest": digest,
    }


def _promise_facts(promise: Promise) -> dict[str, Any]:
    terms = {"verify": promise.verify, "respond": promise.respond, "finish": promise.finish}
    seconds = {f"{name}_s": term.seconds for name, term in terms.items()}
    return seconds | {f"{name}_days": term.working_days for name, term in terms.items()}


def _site_facts(site: Site) -> dict[str, Any]:
    return {
        "name": site.name,
        "lat": site.lat,
        "lon": site.lon,
        "region": site.region,
        "river": site.river,
        "river_km": site.river_km,
        "uplink": site.uplink,
        "power": site.power,
        "camera_url": site.camera_url,
    }


def _prefix(code: str, taken: set[str]) -> str:
    """The word before a case number: the city's first three letters, more of them where another city has these."""
    letters = "".join(char for char in code.upper() if char.isalnum())
    for length in range(3, len(letters) + 1):
        if letters[:length] not in taken:
            return letters[:length]
    return next(word for n in range(2, 10_000) if (word := f"{letters}{n}") not in taken)
