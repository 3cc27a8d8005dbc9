"""The city store when its process is killed and when its server goes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.city_data import NOON_US, outgoing, profile

from contract.errors import Unavailable
from faults.parts.postgres import Postgres
from store import open_city

_TESTS = Path(__file__).parents[1]
CITY = "yogyakarta"

_ENGINE = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from dataclasses import replace
from support.city_data import NOON_US, incident, outgoing
from contract.incident import opened
from store import open_city
from store.ports import EngineCommit
store = open_city({url!r})
lease = store.lease("yogyakarta", "child", NOON_US, 3600.0)
number = int(sys.argv[1])
while True:
    number += 1
    ones = [incident(number * 10 + part, entity=f"gauge-{{number}}/{{part}}") for part in range(5)]
    said = [outgoing(f"key-{{number}}-{{part}}", event=f"e{{number}}-{{part}}") for part in range(5)]
    changes = [opened(one, NOON_US) for one in ones]
    store.commit(lease, EngineCommit(ones, changes, (), said, str(number).encode(), number))
    print(number, flush=True)
"""

_HALF = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from support.city_data import outgoing
from store.city.database import Database
from store.city.outbox import insert_outgoing
database = Database({url!r}.replace("sqlite:///", "sqlite+pysqlite:///"))
with database.write() as connection:
    insert_outgoing(database, connection, [outgoing(f"half-{{n}}") for n in range(50)])
    print("written, not committed", flush=True)
    sys.stdin.read()
"""


def _child(code: str, url: str, *arguments: str) -> subprocess.Popen[str]:
    text = code.format(root=str(_TESTS.parent), tests=str(_TESTS), url=url)
    return subprocess.Popen(
        [sys.executable, "-c", text, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_an_engine_killed_at_any_moment_leaves_whole_commits(empty_url: str) -> None:
    """kill -9 between and within commits: incidents, changes, outbox and snapshot always agree, and what was said to
    be committed is there."""
    store = open_city(empty_url)
    store.put_profile(profile(), NOON_US)
    last = 0
    for kill_after in (3, 8):
        with _child(_ENGINE, empty_url, str(last)) as process:
            assert process.stdout is not None
            said = last
            for line in process.stdout:
                said = int(line)
                if said == last + kill_after:
                    process.kill()
        snapshot = store.engine_snapshot(CITY)
        assert snapshot is not None
        last = snapshot[1]
        assert last >= said
        assert int(snapshot[0]) == last
        assert len(store.open_incidents(CITY)) == last * 5
        assert len(store.changes_of("event-1")) == last * 5
        assert store.outbox_depth(CITY) == (last * 5, 0)
    store.close()


def test_a_transaction_that_was_cut_off_leaves_nothing(empty_url: str) -> None:
    """Killed between its writes and its commit; nobody is blocked afterwards."""
    store = open_city(empty_url)
    store.put_profile(profile(), NOON_US)
    with _child(_HALF, empty_url) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("written")
        process.kill()
    assert store.outbox_depth(CITY) == (0, 0)
    store.put_outgoing([outgoing("after")])
    assert store.outbox_depth(CITY) == (1, 0)
    store.close()


def test_a_server_that_drops_its_connections_is_found_again(postgres_server: Postgres) -> None:
    """PostgreSQL was restarted: connections that lay idle are replaced without a word."""
    url = postgres_server.fresh()
    store = open_city(url)
    store.put_profile(profile(), NOON_US)
    with postgres_server.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'siaga'")
    assert store.registry_version(CITY) == 1
    store.close()


def test_a_connection_lost_within_a_transaction_is_unavailable(postgres_server: Postgres) -> None:
    """Nothing can be said of what was under way; nothing of it stays, and the next call works."""
    store = open_city(postgres_server.fresh())
    store.put_profile(profile(), NOON_US)
    database = store._db  # type: ignore[attr-defined]

    def cut_off() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE cities SET name = 'x'")
            with postgres_server.connect() as other:
                other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'siaga'")
            connection.exec_driver_sql("UPDATE cities SET name = 'y'")

    with pytest.raises(Unavailable, match="does not answer"):
        cut_off()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT name FROM cities").scalar_one() == "Yogyakarta"
    store.close()
