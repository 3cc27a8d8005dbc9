"""`siaga ca` and `siaga secrets`, as somebody types them."""

from __future__ import annotations

import json
import stat
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from support.commands import run
from typer.testing import CliRunner

from contract.errors import BadInput
from faults import forgeries
from siaga.cli import app
from store import open_city


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path / "secrets"))
    monkeypatch.setenv("SIAGA_CITY", "yogyakarta")
    return tmp_path / "secrets"


def test_from_init_to_revocation(place: Path) -> None:
    """Each step leaves its files and a line; the state of a party is what happened last."""
    assert "root.key" in run("ca", "init", "--name", "Kota Contoh")
    run("ca", "issue", "broker", "--host", "broker.example")
    run("ca", "issue", "ingest")
    run("ca", "issue", "watch")
    run("ca", "issue", "jog-gauge-01")
    first = (place / "jog-gauge-01" / "tls.crt").read_bytes()
    run("ca", "renew", "jog-gauge-01")
    assert (place / "jog-gauge-01" / "tls.crt").read_bytes() != first
    assert "No certificate is due" in run("ca", "renew", "--due")
    assert "2 revoked" in run("ca", "revoke", "jog-gauge-01")
    states = [json.loads(line) for line in run("ca", "list", "--json").splitlines()]
    assert [(one["name"], one["state"]) for one in states] == [
        ("broker", "good"),
        ("ingest", "good"),
        ("watch", "good"),
        ("jog-gauge-01", "revoked"),
        ("jog-gauge-01", "revoked"),
    ]
    revoked = x509.load_pem_x509_crl((place / "broker" / "crl.pem").read_bytes())
    assert {f"{one.serial_number:x}" for one in revoked} == {states[3]["serial"], states[4]["serial"]}
    assert (place / "watch" / "revoked.txt").read_text().count(" jog-gauge-01\n") == 2
    assert "jog-gauge-01" in run("ca", "list")
    assert run("ca", "crl").count("BEGIN X509 CRL") == 2


def test_what_is_issued_renewed_and_revoked_is_in_the_audit_log(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who did it, to whom, and which certificate; a node's in its city's log."""
    url = f"sqlite:///{tmp_path}/city.db"
    monkeypatch.setenv("SIAGA_CITY_URL", url)
    run("ca", "init")
    with closing(open_city(url)) as store:
        for words in (("issue", "ingest"), ("issue", "jog-gauge-01"), ("renew", "jog-gauge-01"), ("revoke", "ingest")):
            assert "audit log" not in run("ca", *words)
        rows = store.audit("yogyakarta")
    serials = [json.loads(line)["serial"] for line in run("ca", "list", "--json").splitlines()]
    assert [(row.what, row.object, row.details["serial"]) for row in rows] == [
        ("ca.issue", "ingest", serials[0]),
        ("ca.issue", "jog-gauge-01", serials[1]),
        ("ca.renew", "jog-gauge-01", serials[2]),
        ("ca.revoke", "ingest", serials[0]),
    ]
    assert all(row.actor.startswith("cli:") for row in rows)


@pytest.mark.parametrize("url", ["sqlite:////nonexistent/city.db", "postgresql://siaga@127.0.0.1:1/siaga"])
def test_a_certificate_is_issued_without_the_database_too(
    place: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Turning a thief away must not wait for it; that it is not in the log is said."""
    monkeypatch.setenv("SIAGA_CITY_URL", url)
    run("ca", "init")
    assert "Not in the audit log: " in run("ca", "issue", "jog-gauge-01")
    assert (place / "jog-gauge-01" / "tls.crt").exists()
    assert "Not in the audit log: " in run("ca", "revoke", "jog-gauge-01")
    assert "revoked" in run("ca", "list")


def test_a_request_gets_no_key(place: Path, tmp_path: Path) -> None:
    """What the node made stays with the node."""
    run("ca", "init")
    (tmp_path / "node.csr").write_bytes(forgeries.request("jog-gauge-01"))
    run("ca", "issue", "jog-gauge-01", "--request", str(tmp_path / "node.csr"))
    assert {file.name for file in (place / "jog-gauge-01").iterdir()} == {"ca.crt", "tls.crt"}
    assert stat.S_IMODE((place / "jog-gauge-01").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ca", "list"), "`siaga ca init` makes one"),
        (("ca", "issue", "jog-gauge-01", "--folder", "/nonexistent"), "there is no certificate authority here"),
        (("secrets", "make", "-x"), "cannot be a host's name"),
        (("secrets", "make", "broker.example", "ingest"), "is reserved"),
    ],
)
def test_what_cannot_be_is_a_sentence(place: Path, words: tuple[str, ...], said: str) -> None:
    """And leaves nothing behind."""
    with pytest.raises(BadInput, match=said):
        CliRunner().invoke(app, [words[0], words[1], "--", *words[2:]] if "-x" in words else list(words),
                           catch_exceptions=False)  # fmt: skip
    assert not place.exists()
