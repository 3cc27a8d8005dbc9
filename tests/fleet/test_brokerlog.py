"""What the lines of Mosquitto 2.0 and 2.1 say, told as security events."""

from __future__ import annotations

import pytest
from support.brokerlog import judged

from fleet.brokerlog import BrokerLog

CITY, THIEF, VICTIM = "yogyakarta", "jog-gauge-02", "jog-gauge-01"
FROM = "10.0.0.7"


@pytest.fixture
def log() -> BrokerLog:
    return judged(CITY)


def told(log: BrokerLog, *lines: str) -> list[tuple[str, str, str]]:
    """(what, claimed, address) of each event."""
    events = [event for line in lines for event in log.read(f"1700000000: {line}")]
    assert all((event.city, event.where, event.at_us) == (CITY, "broker", 1_700_000_000_000_000) for event in events)
    return [(event.what, event.claimed, event.address) for event in events]


def came(client: str, user: str, *, port: int = 8883, address: str = FROM, source: int = 4000) -> tuple[str, str]:
    return (
        f"New connection from {address}:{source} on port {port}.",
        f"New client connected from {address}:{source} as {client} (p2, c1, k60, u'{user}').",
    )


def test_a_day_without_intruders_is_silent(log: BrokerLog) -> None:
    """A node and a service at their own doors, with their own wishes, and a health check that hangs up."""
    assert told(
        log,
        *came(THIEF, THIEF),
        "Will message specified (13 bytes) (r1, q1).",
        f"\tsiaga/v1/{CITY}/{THIEF}/status",
        f"Received SUBSCRIBE from {THIEF}",
        f"\tsiaga/v1/{CITY}/{THIEF}/ack (QoS 1)",
        f"Received PUBLISH from {THIEF} (d0, q1, r0, m1, 'siaga/v1/{CITY}/{THIEF}/readings', ... (313 bytes))",
        f"Sending PUBACK to {THIEF} (m1, rc0)",
        *came("siaga-ingest", "ingest", port=8884),
        "Received SUBSCRIBE from siaga-ingest",
        f"\t$share/x/siaga/v1/{CITY}/+/readings (QoS 1)",
        f"\tsiaga/v1/{CITY}/+/birth (QoS 1)",
        "Client connection from 127.0.0.1 failed: error:0A000126:SSL routines::unexpected eof while reading.",
        f"Client {THIEF} has exceeded timeout, disconnecting.",
        f"Client {THIEF} closed its connection.",
        f"Client {THIEF} [{FROM}:4000] disconnected: connection closed by client.",
        "a line that nobody knows",
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([f"Denied PUBLISH from {THIEF} (d0, q1, r0, m1, 'siaga/v1/c/{VICTIM}/ack', ... (6 bytes))"], "acl_denied"),
        ([f"Denied PUBLISH from {THIEF} (d0, q1, r0, m1, 'siaga/{'x' * 900}"], "acl_denied"),
        ([f"Dropped too large PUBLISH from {THIEF} (d0, q1, r0, m1, 'a', ... (65537 bytes))"], "too_large"),
        ([f"Client {THIEF} disconnected due to oversize packet."], "too_large"),
        ([f"Client {THIEF} [{FROM}:4000] disconnected: oversize packet."], "too_large"),
        ([f"Client {THIEF} disconnected due to malformed packet."], "protocol_violation"),
        ([f"Client {THIEF} [{FROM}:4000] disconnected: protocol error."], "protocol_violation"),
        ([f"Client {THIEF} [{FROM}:4000] disconnected: topic alias invalid."], "protocol_violation"),
        ([f"Bad socket read/write on client {THIEF}: Unknown error."], "protocol_violation"),
        ([f"Received SUBSCRIBE from {THIEF}", "\t# (QoS 1)"], "foreign_subscription"),
        ([f"Received SUBSCRIBE from {THIEF}", "\tsiaga/v1/+/+/ack (denied)"], "foreign_subscription"),
        ([f"Received SUBSCRIBE from {THIEF}", "\t$SYS/# (QoS 0)"], "foreign_subscription"),
    ],
)
def test_each_line_says_who_and_from_where(log: BrokerLog, lines: list[str], what: str) -> None:
    """The name is that of the certificate, the address that of its connection, in the words of either version."""
    assert told(log, *came(THIEF, THIEF), *lines) == [(what, THIEF, FROM)]


def test_a_forged_will(log: BrokerLog) -> None:
    """The broker drops it without a word; its topic stands in the log when it is left behind."""
    lines = ("Will message specified (1 bytes) (r1, q1).", f"\tsiaga/v1/{CITY}/{VICTIM}/status")
    assert told(log, *came(THIEF, THIEF), *lines) == [("forged_will", THIEF, FROM)]


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("error:0A000086:SSL routines::certificate verify failed", "certificate_refused"),
        ("error:0A0000C7:SSL routines::peer did not return a certificate", "no_certificate"),
        ("error:0A000102:SSL routines::unsupported protocol", "no_tls"),
        ("error:0A000418:SSL routines::tlsv1 alert unknown ca", "broker_refused"),
    ],
)
def test_a_failed_handshake_is_one_event(log: BrokerLog, reason: str, what: str) -> None:
    """Nobody has a name yet; the address is that of the newest arrival, and the line after it counts no second time."""
    lines = (f"OpenSSL Error[0]: {reason}", "Client <unknown> disconnected: Protocol error.")
    assert told(log, f"New connection from {FROM}:99 on port 8883.", *lines) == [(what, "", FROM)]
    assert told(log, f"Client connection from {FROM} failed: {reason}.") == [(what, "", FROM)]


def test_doors(log: BrokerLog) -> None:
    """A service at the nodes' door, a node at the services'."""
    assert told(log, *came("ingest", "ingest")) == [("wrong_listener", "ingest", FROM)]
    assert told(log, *came("x", THIEF, port=8884)) == [("wrong_listener", THIEF, FROM)]


def test_one_key_at_two_places(log: BrokerLog) -> None:
    """A session thrown out from elsewhere, at once; from the same address only where it goes on and on."""
    taken = f"Client {THIEF} already connected, closing old connection."
    told(log, *came(THIEF, THIEF))
    again = came(THIEF, THIEF, source=4001)
    assert told(log, again[0], taken, again[1]) == []
    elsewhere = came(THIEF, THIEF, address="10.9.9.9", source=4002)
    between = f"Client {THIEF} [{FROM}:4001] disconnected: session taken over."
    assert told(log, elsewhere[0], taken, between, elsewhere[1]) == [("two_at_once", THIEF, "10.9.9.9")]
    once_more = came(THIEF, THIEF, address="10.9.9.9", source=4003)
    assert told(log, once_more[0], taken, once_more[1]) == [("two_at_once", THIEF, "10.9.9.9")]


def test_a_service_that_throws_a_node_out(log: BrokerLog) -> None:
    """Only the watch may: it ends the sessions of revoked parties that way."""
    taken = f"Client {VICTIM} already connected, closing old connection."
    for user, expected in (("watch", []), ("ingest", [("kicked", "ingest", FROM)])):
        told(log, *came(VICTIM, VICTIM, address="10.0.0.1"))
        arrived, connected = came(VICTIM, user, port=8884, source=5000)
        assert told(log, arrived, taken, connected) == expected


def test_a_client_id_cannot_forge_a_line(log: BrokerLog) -> None:
    """The certificate's name is read from the end of the line, where no client id can stand."""
    crooked = "x (p2, c1, k60, u'watch'). as y"
    assert told(log, *came(crooked, THIEF, port=8884)) == [("wrong_listener", THIEF, FROM)]
