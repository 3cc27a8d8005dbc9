"""The audit log under the hands of somebody who may write into the database itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update
from support.city_data import NOON_US
from support.people_data import CITY, LATER_US, deed, invitation, knock, person, session
from support.reaching import sent, telling
from support.subscriptions import subscription

from contract.reach import Settled, Walk
from store import open_city
from store.audit import details_of, examine, seal
from store.city.schema import audit_heads, audit_rows, metadata
from store.people import AuditRow
from store.ports import CityStore
from store.sends import reach_lease

ROWS = 60
Hand = Callable[[Connection, int, random.Random], None]
"""writes into the database at a row's number, between 2 and ROWS - 1"""


@contextmanager
def _inside(url: str) -> Iterator[Connection]:
    """A connection past the store; what is done is committed."""
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _set(**values: Any) -> Hand:
    def hand(connection: Connection, number: int, rng: random.Random) -> None:
        connection.execute(update(audit_rows).where(audit_rows.c.number == number).values(values))

    return hand


def _set_head(**values: Any) -> Hand:
    return lambda connection, number, rng: connection.execute(update(audit_heads).values(values)) and None


def _remove(first: int, last: int) -> Hand:
    """Rows from so many before to so many behind the number."""

    def hand(connection: Connection, number: int, rng: random.Random) -> None:
        between = audit_rows.c.number.between(number + first, number + last)
        connection.execute(delete(audit_rows).where(between))

    return hand


def _cut_tail(connection: Connection, number: int, rng: random.Random) -> None:
    connection.execute(delete(audit_rows).where(audit_rows.c.number > number))


def _cut_tail_and_lower_the_head(connection: Connection, number: int, rng: random.Random) -> None:
    _cut_tail(connection, number, rng)
    connection.execute(update(audit_heads).values(number=number))


def _cut_beginning(connection: Connection, number: int, rng: random.Random) -> None:
    connection.execute(delete(audit_rows).where(audit_rows.c.number < number))


def _cut_beginning_and_renumber(connection: Connection, number: int, rng: random.Random) -> None:
    _cut_beginning(connection, number, rng)
    for old in range(number, ROWS + 1):
        connection.execute(update(audit_rows).where(audit_rows.c.number == old).values(number=old - number + 1))


def _remove_and_renumber(connection: Connection, number: int, rng: random.Random) -> None:
    connection.execute(delete(audit_rows).where(audit_rows.c.number == number))
    for old in range(number + 1, ROWS + 1):
        connection.execute(update(audit_rows).where(audit_rows.c.number == old).values(number=old - 1))
    connection.execute(update(audit_heads).values(number=ROWS - 1))


def _row(connection: Connection, number: int) -> AuditRow:
    found = connection.execute(select(audit_rows).where(audit_rows.c.number == number)).mappings().one()
    return AuditRow(**{**found, "details": details_of(found["details"])})


def _insert_and_renumber(connection: Connection, number: int, rng: random.Random) -> None:
    before = _row(connection, number - 1)
    for old in range(ROWS, number - 1, -1):
        connection.execute(update(audit_rows).where(audit_rows.c.number == old).values(number=old + 1))
    new = AuditRow(CITY, number, NOON_US, "cli:0", "test", "nothing happened", {}, before.digest, "")
    _put(connection, replace(new, digest=seal(new)))
    connection.execute(update(audit_heads).values(number=ROWS + 1))


def _add_behind(connection: Connection, number: int, rng: random.Random) -> None:
    last = _row(connection, ROWS)
    new = replace(last, number=ROWS + 1, object="nothing happened", previous=last.digest)
    _put(connection, replace(new, digest=seal(new)))


def _put(connection: Connection, row: AuditRow) -> None:
    values = {column.name: getattr(row, column.name) for column in audit_rows.c if column.name != "details"}
    connection.execute(insert(audit_rows).values(details="{}", **values))


def _seal_anew(connection: Connection, number: int, rng: random.Random) -> None:
    new = replace(_row(connection, number), actor="somebody-else")
    _set(actor=new.actor, digest=seal(new))(connection, number, rng)


def _seal_everything_after_anew(connection: Connection, number: int, rng: random.Random) -> None:
    """All of the chain, and not the head."""
    previous = _row(connection, number - 1).digest
    for at in range(number, ROWS + 1):
        new = replace(_row(connection, at), previous=previous, actor="somebody-else")
        previous = seal(new)
        _set(actor=new.actor, previous=new.previous, digest=previous)(connection, at, rng)


def _swap(*names: str) -> Hand:
    """Two rows exchange columns."""

    def hand(connection: Connection, number: int, rng: random.Random) -> None:
        other = rng.choice([at for at in range(1, ROWS + 1) if at != number])
        table = [audit_rows.c[name] for name in names]
        mine = connection.execute(select(*table).where(audit_rows.c.number == number)).mappings().one()
        its = connection.execute(select(*table).where(audit_rows.c.number == other)).mappings().one()
        _set(**its)(connection, number, rng)
        _set(**mine)(connection, other, rng)

    return hand


def _copy_of_another(connection: Connection, number: int, rng: random.Random) -> None:
    other = rng.choice([at for at in range(1, ROWS + 1) if at != number])
    found = connection.execute(select(audit_rows).where(audit_rows.c.number == other)).mappings().one()
    _set(**{**found, "number": number})(connection, number, rng)


HANDS: dict[str, Hand] = {
    "actor": _set(actor="somebody-else"),
    "what": _set(what="nothing"),
    "object": _set(object="another"),
    "time": _set(at_us=NOON_US - 1),
    "facts": _set(details='{"n":999}'),
    "facts, one blank": _set(details='{"n": 1}'),
    "facts, no JSON": _set(details="never mind"),
    "facts gone": _set(details="{}"),
    "digest": _set(digest="0" * 64),
    "digest gone": _set(digest=""),
    "previous": _set(previous="0" * 64),
    "previous gone": _set(previous=""),
    "another city's": _set(city="sleman"),
    "number far away": _set(number=5_000),
    "number negative": _set(number=-1),
    "one removed": _remove(0, 0),
    "one removed, renumbered": _remove_and_renumber,
    "two removed": _remove(-1, 0),
    "tail cut": _cut_tail,
    "tail cut, head lowered": _cut_tail_and_lower_the_head,
    "beginning cut": _cut_beginning,
    "beginning cut, renumbered": _cut_beginning_and_renumber,
    "all removed": _remove(-ROWS, ROWS),
    "one inserted": _insert_and_renumber,
    "one behind the head": _add_behind,
    "sealed anew": _seal_anew,
    "sealed anew to the end": _seal_everything_after_anew,
    "two exchanged": _swap("at_us", "actor", "what", "object", "details", "previous", "digest"),
    "two exchanged in part": _swap("object", "details"),
    "two digests exchanged": _swap("digest"),
    "a copy of another": _copy_of_another,
    "head's digest": _set_head(digest="0" * 64),
    "head lower": _set_head(number=ROWS - 1),
    "head higher": _set_head(number=ROWS + 1),
    "head gone": lambda connection, number, rng: connection.execute(delete(audit_heads)) and None,
}


def _filled(url: str) -> CityStore:
    store = open_city(url)
    for number in range(ROWS):
        said = replace(deed("node.adopt", f"gauge-{number}", at_us=NOON_US + number), details={"n": number})
        store.record(CITY, said)
    return store


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_hundred_hands_in_the_database_are_each_found(empty_url: str) -> None:
    """Thirty-five ways, each at three random rows: every one is found, and the log as it was holds again."""
    rng = random.Random(20_261_122)
    store = _filled(empty_url)
    kept = store.audit(CITY), store.audit_head(CITY)
    with _inside(_engine_url(empty_url)) as connection:
        connection.execute(text("CREATE TABLE kept_rows AS SELECT * FROM audit_rows"))
        connection.execute(text("CREATE TABLE kept_heads AS SELECT * FROM audit_heads"))
    tried = 0
    for name, hand in HANDS.items():
        for number in rng.sample(range(2, ROWS), 3):
            with _inside(_engine_url(empty_url)) as connection:
                hand(connection, number, rng)
            wrong = examine(store, CITY).wrong
            assert wrong is not None, f"{name} at row {number} was not found"
            tried += 1
            with _inside(_engine_url(empty_url)) as connection:
                for table in (audit_rows, audit_heads):
                    connection.execute(delete(table))
                connection.execute(text("INSERT INTO audit_rows SELECT * FROM kept_rows"))
                connection.execute(text("INSERT INTO audit_heads SELECT * FROM kept_heads"))
            assert (store.audit(CITY), store.audit_head(CITY)) == kept
            assert examine(store, CITY).wrong is None
    assert tried >= 100
    store.close()


def test_a_word_in_the_place_of_a_number_is_found(tmp_path: Path) -> None:
    """SQLite takes any value in any column, also bytes and words."""
    url = f"sqlite:///{tmp_path}/city.db"
    store = _filled(url)
    for column in ("number", "at_us", "actor", "details", "previous", "digest"):
        for value in ("'x'", "x'00ff'", "1.5"):
            with _inside(_engine_url(url)) as connection:
                connection.execute(text("CREATE TABLE kept AS SELECT * FROM audit_rows"))
                connection.execute(text(f"UPDATE audit_rows SET {column} = {value} WHERE number = 30"))  # noqa: S608
            assert examine(store, CITY).wrong is not None, (column, value)
            with _inside(_engine_url(url)) as connection:
                connection.execute(text("DELETE FROM audit_rows"))
                connection.execute(text("INSERT INTO audit_rows SELECT * FROM kept"))
                connection.execute(text("DROP TABLE kept"))
    assert examine(store, CITY).wrong is None
    store.close()


def test_who_makes_the_whole_log_anew_is_found_by_a_noted_head(empty_url: str) -> None:
    """Whoever may write everything can cut the tail and the head alike: the chain holds, the noted digest is gone."""
    store = _filled(empty_url)
    noted = store.audit_head(CITY)[1]
    with _inside(_engine_url(empty_url)) as connection:
        row = _row(connection, 40)
        _cut_tail(connection, 40, random.Random(0))
        connection.execute(update(audit_heads).values(number=40, digest=row.digest))
    assert examine(store, CITY).wrong is None
    wrong = examine(store, CITY, anchor=noted).wrong
    assert wrong is not None
    assert (wrong.how, wrong.number) == ("anchor", 41)
    store.close()


def test_an_erased_person_is_nowhere_in_the_database(empty_url: str, tmp_path: Path) -> None:
    """Not in a table, and on SQLite not in a byte of its files: account, name, password, provider, address, device,
    and the salts of their digests. The chain holds, and others' words are still there."""
    store = open_city(empty_url)
    budi = replace(person(1), name="Budi Santoso", subject="https://login.example|budi-7", password="$argon2id$budi")
    others = [person(number) for number in range(2, 40)]
    for one in (budi, *others):
        facts = {"account": one.account, "name": one.name}
        store.put_person(one, replace(deed("person.put", one.id), personal=facts))
        opened = replace(
            session(f"s-{one.id}", one), device=f"Phone of {one.name}", address=f"198.51.100.{one.id[-2:]}"
        )
        store.open_session(opened, replace(deed("session.open", opened.digest), personal={"address": opened.address}))
        store.note_security([knock("bad_password", claimed=one.account)])
    store.put_person(replace(budi, name="Budi Santoso, S.T."), deed("person.put", budi.id))
    store.open_session(replace(session("s-again", budi), device="Phone of Budi Santoso"), deed())
    store.invite(invitation("reset", person_id=budi.id), deed())
    with _inside(_engine_url(empty_url)) as connection:
        salt = connection.execute(text("SELECT salt FROM audit_salts WHERE about = :id"), {"id": budi.id}).scalar_one()
    store.erase_person(budi.id, replace(deed("person.erase", budi.id, at_us=LATER_US), personal={"name": budi.name}))

    gone = [b"Budi", b"budi", budi.account.encode(), b"$argon2id$budi", b"login.example", b"198.51.100.01", bytes(salt)]
    there = [others[0].account.encode(), budi.id.encode(), b"hmac-sha256:"]
    whole = _everything(empty_url, tmp_path)
    assert [word for word in gone if word in whole] == []
    assert [word for word in there if word not in whole] == []
    assert examine(store, CITY).wrong is None
    store.close()


def test_an_erased_address_is_nowhere_in_the_database(empty_url: str, tmp_path: Path) -> None:
    """Not in a table, and on SQLite not in a byte of its files: the address, the name beside it, its link, and what a
    provider answered of it. What another follows is still there."""
    store = open_city(empty_url)
    for number in range(30):
        one = subscription(
            id=f"s{number}", city=CITY, address=f"warga{number}@contoh.example", label=f"rumah Bu {number}.",
            state="active",
        )  # fmt: skip
        store.put_subscription(one, f"tautan-{number}.", None)
    lease = store.lease(reach_lease(CITY), "satu", NOON_US, 60)
    assert lease is not None
    store.put_sends(lease, Walk(telling=telling()), [sent(7), sent(8)], NOON_US)
    failed = [
        Settled(send=one.send, state="failed", said=f"550 no {one.address}", reason="gone")
        for one in store.sends_due(CITY, "email", NOON_US)
    ]
    store.settle(lease, failed, "2026-06-01", NOON_US)
    erased = deed("subscription.left", at_us=LATER_US)
    assert store.erase_address(CITY, "email", "warga7@contoh.example", erased) == 1
    assert store.erase_address(CITY, "email", "warga7@contoh.example", erased) == 0
    assert store.erase_address(CITY, "email", "", erased) == 0
    whole = _everything(empty_url, tmp_path)
    assert [word for word in (b"warga7@", b"rumah Bu 7.", b"tautan-7.") if word in whole] == []
    assert [word for word in (b"warga8@", b"550 no warga8@", b"subscription/s7") if word not in whole] == []
    assert store.subscription_counts(CITY) == {("email", "active"): 29, ("email", "left"): 1}
    store.close()


def _everything(url: str, folder: Path) -> bytes:
    """Every byte of SQLite's files, every value of PostgreSQL's tables."""
    if url.startswith("sqlite"):
        return b"".join(file.read_bytes() for file in sorted(folder.glob("city.db*")))
    with _inside(_engine_url(url)) as connection:
        values = (
            value for table in metadata.sorted_tables for row in connection.execute(select(table)) for value in row
        )
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def _engine_url(url: str) -> str:
    return url.replace("sqlite:///", "sqlite+pysqlite:///")
