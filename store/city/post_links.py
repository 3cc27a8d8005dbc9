"""The links of gauge keepers: each made and revoked in one transaction with its deed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import and_, func, insert, or_, select, update

from contract.errors import Rejected
from store.city.audit import append, hold_log
from store.city.database import Part
from store.city.schema import post_links
from store.people import Deed, PostLink


class PostLinkTable(Part):
    """Who may key in at which post."""

    def put_post_link(self, link: PostLink, deed: Deed) -> None:
        """See `PeopleStore.put_post_link`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, link.city)
            same = or_(post_links.c.id == link.id, post_links.c.digest == link.digest)
            if connection.execute(select(post_links.c.id).where(same)).first():
                raise Rejected("this link is there already", reason="taken")
            connection.execute(insert(post_links).values(asdict(link)))
            append(self._db, connection, link.city, deed)

    def post_link(self, digest: str, now_us: int) -> PostLink | None:
        """See `PeopleStore.post_link`."""
        valid = and_(post_links.c.revoked_us.is_(None), post_links.c.until_us > now_us)
        query = select(post_links).where(post_links.c.digest == digest, valid)
        with self._db.read() as connection:
            found = connection.execute(query).mappings().one_or_none()
        return PostLink(**found) if found else None

    def post_links(self, city: str) -> Sequence[PostLink]:
        """See `PeopleStore.post_links`."""
        query = select(post_links).where(post_links.c.city == city)
        query = query.order_by(post_links.c.created_us.desc(), post_links.c.id)
        with self._db.read() as connection:
            return [PostLink(**row) for row in connection.execute(query).mappings()]

    def revoke_post_link(self, link_id: str, now_us: int, deed: Deed) -> None:
        """See `PeopleStore.revoke_post_link`."""
        with self._db.write() as connection:
            city = connection.execute(select(post_links.c.city).where(post_links.c.id == link_id)).scalar_one_or_none()
            if city is None:
                raise Rejected(f"there is no link {link_id}", reason="unknown_link")
            hold_log(self._db, connection, city)
            this = and_(post_links.c.id == link_id, post_links.c.revoked_us.is_(None))
            if connection.execute(update(post_links).where(this).values(revoked_us=now_us)).rowcount:
                append(self._db, connection, city, deed)

    def post_link_seen(self, link_id: str, now_us: int) -> None:
        """See `PeopleStore.post_link_seen`. An earlier time than the known one changes nothing."""
        this = and_(post_links.c.id == link_id, func.coalesce(post_links.c.seen_us, 0) < now_us)
        with self._db.write() as connection:
            connection.execute(update(post_links).where(this).values(seen_us=now_us))
