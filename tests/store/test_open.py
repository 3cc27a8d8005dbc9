"""From a URL to a store: what cannot be meant is said with what would do."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from contract.errors import BadInput, Unavailable
from store import open_city, open_readings
from store.city.database import Database


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/name", "no readings store is called 'mysql'"),
        ("", "no readings store is called ''"),
        ("sqlite://", "three slashes"),
        ("sqlite:///:memory:", "three slashes"),
        ("influxdb://host", "host or bucket is missing"),
        ("influxdb:///bucket", "host or bucket is missing"),
        ("influxdb://host:port/bucket", "cannot be read"),
        ("influxdb://host/bucket?token=secret", "no option is called 'token'"),
        ("influxdb://host/bucket?scheme=ftp", "neither http nor https"),
        ("influxdb://user:secret@host/bucket", "token does not belong"),
    ],
)
def test_a_readings_url_that_means_nothing_is_refused(url: str, said: str) -> None:
    """One sentence names what is wrong and how to write it, and no password."""
    with pytest.raises(BadInput, match=said) as caught:
        open_readings(url)
    assert caught.value.remedy
    assert "secret" not in str(caught.value).replace("token=secret", "")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://user:secret@host/name", "no city store is called 'mysql'"),
        ("sqlite://city.db", "three slashes"),
        ("postgresql+psycopg://host:port/name", "cannot be read"),
    ],
)
def test_a_city_url_that_means_nothing_is_refused(url: str, said: str) -> None:
    """The same for the city store."""
    with pytest.raises(BadInput, match=said) as caught:
        open_city(url)
    assert caught.value.remedy
    assert "secret" not in str(caught.value)


def test_folders_are_made(tmp_path: Path) -> None:
    """A first start on an empty disk needs no mkdir."""
    open_readings(f"sqlite:///{tmp_path}/new/folder/readings.db").close()
    open_city(f"sqlite:///{tmp_path}/other/new/city.db").close()
    assert (tmp_path / "new/folder/readings.db").exists()
    assert (tmp_path / "other/new/city.db").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """It is left as it is."""
    wrong = tmp_path / "letter.txt"
    wrong.write_text("Dear mayor, " * 100)
    with pytest.raises(BadInput, match=r"letter\.txt"):
        open_readings(f"sqlite:///{wrong}")
    with pytest.raises(BadInput, match=r"letter\.txt"):
        open_city(f"sqlite:///{wrong}")
    assert wrong.read_text().startswith("Dear mayor")


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A path through a file names no folder."""
    (tmp_path / "file").write_text("")
    for door in (open_readings, open_city):
        with pytest.raises(BadInput, match="file"):
            door(f"sqlite:///{tmp_path}/file/x.db")


def test_a_postgresql_that_is_away_is_unavailable(tmp_path: Path) -> None:
    """Nobody listens there: try again later; the password is not told."""
    with pytest.raises(Unavailable, match="does not answer") as caught:
        open_city(f"postgresql+psycopg://user:secret@/siaga?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_an_influxdb_that_is_away_is_unavailable() -> None:
    """Opening asks nothing; the first question says it."""
    store = open_readings("influxdb://127.0.0.1:9/readings?org=siaga", token="x")
    with pytest.raises(Unavailable, match="does not answer"):
        store.ping()
    store.close()


def test_the_doors_load_nothing_before_they_are_opened() -> None:
    """A process that needs one store does not pay for the others."""
    code = (
        "import sys, tempfile, store; "
        "assert not {'sqlalchemy', 'influxdb_client', 'httpx', 'alembic'} & set(sys.modules); "
        "store.open_readings('sqlite:///' + tempfile.mkdtemp() + '/r.db').close(); "
        "assert not {'sqlalchemy', 'influxdb_client', 'httpx', 'alembic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_connection_in_use_is_closed_when_it_comes_back(empty_url: str) -> None:
    """A page that is still being read while the city stops leaves no connection open."""
    database = Database(empty_url)
    with database.read() as reader:
        assert reader.exec_driver_sql("SELECT 1").scalar() == 1
        in_use = reader.connection.dbapi_connection
        assert in_use is not None
        database.close()
        assert reader.exec_driver_sql("SELECT 2").scalar() == 2
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        in_use.cursor().execute("SELECT 3")
