"""The links of gauge keepers, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US
from support.people_data import CITY, LATER_US, deed, rejected

from store.people import PostLink
from store.ports import CityStore

LINK = PostLink("link-1", "digest-1", CITY, "jkt-gauge-01", "Pak Slamet", NOON_US, LATER_US)


def test_a_link_opens_until_it_is_over_or_revoked(city_store: CityStore) -> None:
    """By its digest alone; every change with its deed."""
    city_store.put_post_link(LINK, deed("post.link_made"))
    assert city_store.post_link("digest-1", LATER_US - 1) == LINK
    assert city_store.post_link("digest-1", LATER_US) is None
    assert city_store.post_link("link-1", NOON_US) is None
    city_store.revoke_post_link("link-1", NOON_US + 5, deed("post.link_revoked"))
    assert city_store.post_link("digest-1", NOON_US + 6) is None
    assert city_store.post_links(CITY) == [replace(LINK, revoked_us=NOON_US + 5)]
    assert [row.what for row in city_store.audit(CITY)] == ["post.link_made", "post.link_revoked"]


def test_a_second_revocation_does_nothing(city_store: CityStore) -> None:
    """The first one's time stays, and the log has one deed."""
    city_store.put_post_link(LINK, deed())
    for at_us in (NOON_US + 1, NOON_US + 2):
        city_store.revoke_post_link("link-1", at_us, deed())
    assert city_store.post_links(CITY)[0].revoked_us == NOON_US + 1
    assert len(city_store.audit(CITY)) == 2


def test_links_are_listed_newest_first_and_by_city(city_store: CityStore) -> None:
    """Another city's are not among them."""
    newer = replace(LINK, id="link-2", digest="digest-2", created_us=NOON_US + 1)
    foreign = replace(LINK, id="link-3", digest="digest-3", city="sleman")
    for one in (LINK, newer, foreign):
        city_store.put_post_link(one, deed())
    assert city_store.post_links(CITY) == [newer, LINK]


def test_what_is_there_is_not_put_again(city_store: CityStore) -> None:
    """Neither an id nor a digest; and who is not there is not revoked."""
    city_store.put_post_link(LINK, deed())
    rejected("taken", lambda: city_store.put_post_link(replace(LINK, digest="other"), deed()), city_store)
    rejected("taken", lambda: city_store.put_post_link(replace(LINK, id="other"), deed()), city_store)
    rejected("unknown_link", lambda: city_store.revoke_post_link("none", NOON_US, deed()), city_store)


def test_it_is_kept_when_a_link_was_last_used(city_store: CityStore) -> None:
    """An earlier time changes nothing."""
    city_store.put_post_link(LINK, deed())
    city_store.post_link_seen("link-1", NOON_US + 9)
    city_store.post_link_seen("link-1", NOON_US + 3)
    assert city_store.post_links(CITY)[0].seen_us == NOON_US + 9
