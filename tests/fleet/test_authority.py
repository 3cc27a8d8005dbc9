"""The city's certificate authority: what it signs, what it refuses, and what it remembers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given as drawn
from hypothesis import strategies as st

from contract.clock import DAY_US, SystemClock
from contract.errors import BadInput
from contract.topics import valid_id
from faults import forgeries
from fleet import names
from fleet.authority import Authority

NOW_US = SystemClock().now_us()
CITY = "yogyakarta"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca", "Kota Contoh", NOW_US)


def test_a_node_gets_a_clients_certificate_with_its_name(authority: Authority) -> None:
    """CN = node, its city beside it, a TLS client and nothing else, 90 days; the key is its own."""
    given = authority.node("jog-gauge-01", CITY, NOW_US)
    made = x509.load_pem_x509_certificate(given.chain)
    assert [part.value for part in made.subject] == ["Kota Contoh", CITY, "jog-gauge-01"]
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert (list(usage.value), usage.critical) == ([ExtendedKeyUsageOID.CLIENT_AUTH], True)
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert 0 < (made.not_valid_after_utc - made.not_valid_before_utc).total_seconds() - 90 * 86_400 <= 301
    assert b"PRIVATE KEY" in given.key


def test_with_a_request_the_key_stays_with_the_node(authority: Authority) -> None:
    """Only the request's public key is taken over; what the certificate says is the authority's word."""
    request = forgeries.request("jog-gauge-01")
    given = authority.node("jog-gauge-01", CITY, NOW_US, request=request)
    assert given.key == b""
    made = x509.load_pem_x509_certificate(given.chain)
    assert made.public_key() == x509.load_pem_x509_csr(request).public_key()
    assert made.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Kota Contoh"


@pytest.mark.parametrize(
    ("name", "request_of"),
    [
        ("jog-gauge-01", lambda: forgeries.request("jog-gauge-02")),
        ("jog-gauge-01", lambda: forgeries.weak_request("jog-gauge-01")),
        ("jog-gauge-01", lambda: forgeries.broken_request("jog-gauge-01")),
        ("jog-gauge-01", lambda: b"no request at all"),
        *((name, None) for name in (*names.SERVICES, "broker", "ca", "+", "#", "a/b", "", "A", "a" * 49, "-", "ä")),
    ],
)
def test_what_is_refused_is_a_sentence_and_remembered(
    authority: Authority, name: str, request_of: Callable[[], bytes] | None
) -> None:
    """Nothing is signed, and whoever looks later finds that it was asked for."""
    with pytest.raises(BadInput):
        authority.node(name, CITY, NOW_US, request=request_of() if request_of else None)
    assert authority.all() == []
    assert [refusal["name"] for refusal in authority.refusals()] == [name]


@drawn(st.text(max_size=60))
def test_no_name_that_a_topic_cannot_carry_is_a_nodes(name: str) -> None:
    """Whatever is let through fits between two slashes and is no party's of ours."""
    try:
        names.check_node(name)
    except BadInput:
        return
    assert valid_id(name)
    assert name not in {*names.SERVICES, names.BROKER}


@pytest.mark.parametrize("days", [29, 91])
def test_a_node_holds_thirty_to_ninety_days(authority: Authority, days: int) -> None:
    """A stolen card is not good for years."""
    with pytest.raises(BadInput, match="30 to 90"):
        authority.node("jog-gauge-01", CITY, NOW_US, days=days)


@pytest.mark.parametrize("days", [29, 91, 36_500])
def test_a_renewal_is_not_the_way_to_a_century(authority: Authority, days: int) -> None:
    """The next certificate holds no longer than the first one might have; a service's or the broker's about a year."""
    authority.node("jog-gauge-01", CITY, NOW_US)
    with pytest.raises(BadInput, match="30 to 90"):
        authority.renew("jog-gauge-01", NOW_US, days=days)
    authority.service("ingest", NOW_US)
    authority.broker(["broker"], NOW_US)
    for party in ("ingest", "broker"):
        with pytest.raises(BadInput, match="1 to 397"):
            authority.renew(party, NOW_US, days=398)
    with pytest.raises(BadInput, match="1 to 397"):
        authority.service("alerts", NOW_US, days=36_500)
    assert {one.name for one in authority.all()} == {"jog-gauge-01", "ingest", "broker"}


def test_a_name_is_one_nodes_for_ever(authority: Authority) -> None:
    """Unique across cities, also after the certificate has ended; a second one only by renewal."""
    authority.node("gauge-1", CITY, NOW_US)
    with pytest.raises(BadInput, match="has a certificate already"):
        authority.node("gauge-1", CITY, NOW_US)
    with pytest.raises(BadInput, match="is a node of yogyakarta"):
        authority.node("gauge-1", "semarang", NOW_US + 400 * DAY_US)


def test_renewal_after_the_end_and_never_after_revocation(authority: Authority) -> None:
    """A node that was off for months comes back; one that was stolen does not."""
    first = authority.node("gauge-1", CITY, NOW_US).issued
    assert not first.due(NOW_US + 59 * DAY_US)
    assert [one.name for one in authority.due(NOW_US + 60 * DAY_US)] == ["gauge-1"]
    later_us = NOW_US + 200 * DAY_US
    second = authority.renew("gauge-1", later_us).issued
    assert (second.city, second.good(later_us + 89 * DAY_US)) == (CITY, True)
    authority.revoke("gauge-1", later_us)
    with pytest.raises(BadInput, match="was revoked"):
        authority.renew("gauge-1", later_us)
    authority.node("gauge-1", CITY, later_us)
    with pytest.raises(BadInput, match="never had"):
        authority.renew("gauge-2", later_us)


def test_the_list_of_the_revoked_holds_them_until_their_end(authority: Authority) -> None:
    """Each door has its list; the names stand beside; what has ended by itself is left out; a list never ends before
    its authority does, or an old file would lock the city out."""
    node = authority.node("gauge-1", CITY, NOW_US).issued
    service = authority.service("ingest", NOW_US).issued
    authority.revoke("gauge-1", NOW_US)
    authority.revoke("ingest", NOW_US)
    lists = authority.revocations()
    for raw, serial in ((lists.nodes, node.serial), (lists.services, service.serial)):
        crl = x509.load_pem_x509_crl(raw)
        assert [one.serial_number for one in crl] == [serial]
        assert crl.next_update_utc is not None
        assert crl.next_update_utc.timestamp() * 1e6 > NOW_US + 3_000 * DAY_US
    assert lists.by_name.decode().splitlines() == [f"{node.serial:x} gauge-1", f"{service.serial:x} ingest"]
    authority.publish_revocations(node.until_us + 1)
    assert [*x509.load_pem_x509_crl(authority.revocations().nodes)] == []


def test_openssl_agrees_on_the_constraints(authority: Authority) -> None:
    """The root signs one level, the issuing authority none and only parties of its own organisation."""
    folder = authority.folder
    shown = {
        name: subprocess.run(
            ["openssl", "x509", "-in", f"{name}.crt", "-noout", "-text"],
            cwd=folder, capture_output=True, text=True, check=True,
        ).stdout
        for name in ("root", "issuing", "services")
    }  # fmt: skip
    assert "CA:TRUE, pathlen:1" in shown["root"]
    assert "CA:TRUE, pathlen:0" in shown["issuing"]
    assert "CA:TRUE, pathlen:0" in shown["services"]
    assert "Permitted:\n                  DirName:O = Kota Contoh" in shown["issuing"].replace("DirName: ", "DirName:")
    assert all("Certificate Sign, CRL Sign" in one for one in shown.values())


def test_it_works_without_the_roots_key(authority: Authority) -> None:
    """The root may lie in a safe; a missing issuing key is a sentence."""
    (authority.folder / "root.key").unlink()
    authority.node("gauge-1", CITY, NOW_US)
    (authority.folder / "issuing.key").unlink()
    with pytest.raises(BadInput, match="the key is not here"):
        authority.node("gauge-2", CITY, NOW_US)


def test_a_key_that_others_can_read_is_refused(authority: Authority) -> None:
    """It may have been copied."""
    (authority.folder / "issuing.key").chmod(0o644)
    with pytest.raises(BadInput, match="others can read this key"):
        authority.node("gauge-1", CITY, NOW_US)


def test_half_a_line_of_a_power_cut_is_forgotten(authority: Authority) -> None:
    """The index goes on after it: nobody was given a certificate whose line was not whole."""
    authority.node("gauge-1", CITY, NOW_US)
    index = authority.folder / "index.jsonl"
    with index.open("ab") as file:
        file.write(b'{"did":"issued","serial":"12')
    assert [one.name for one in authority.all()] == ["gauge-1"]
    authority.node("gauge-2", CITY, NOW_US)
    assert [one.name for one in authority.all()] == ["gauge-1", "gauge-2"]


def test_a_broken_index_is_named_with_its_line(authority: Authority) -> None:
    """Nobody goes on signing without knowing what was signed."""
    authority.node("gauge-1", CITY, NOW_US)
    index = authority.folder / "index.jsonl"
    index.write_text("nonsense\n" + index.read_text())
    with pytest.raises(BadInput, match="line 1 cannot be read"):
        authority.node("gauge-2", CITY, NOW_US)


def test_an_authority_is_never_overwritten(authority: Authority) -> None:
    """A second init would lock every node out."""
    with pytest.raises(BadInput, match="already"):
        Authority.create(authority.folder, "Another", NOW_US)


def test_nothing_of_it_can_be_read_by_others(authority: Authority) -> None:
    """The folder is closed, and so is each key."""
    assert authority.folder.stat().st_mode & 0o777 == 0o700
    for key in authority.folder.glob("*.key"):
        assert key.stat().st_mode & 0o777 == 0o600, key.name
    assert os.listdir(authority.folder)  # noqa: PTH208  names, the dot files among them
    assert not [file for file in authority.folder.iterdir() if file.name.startswith(".")]
