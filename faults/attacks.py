"""Everything that somebody may try who wants to be taken for another at a city's broker. One entry an attack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from broker.ports import Tls
from contract import codec, topics
from contract.errors import BadInput
from contract.messages import Status
from faults import forgeries
from faults.parts.city_broker import NODES, SERVICES
from faults.parts.guarded_city import CITY, GuardedCity, batch
from faults.parts.intruder import Intruder, context, old_context
from fleet.authority import Authority

VICTIM, THIEF, STOLEN, STRANGER = "jog-gauge-01", "jog-gauge-02", "jog-gauge-03", "smg-gauge-01"
ELSEWHERE = "semarang"


@dataclass
class Ground:
    """One attack's ground. `mark` stands in whatever it sends; `source` is the address it comes from."""

    city: GuardedCity
    authority: Authority
    certificates: dict[str, Tls]
    mark: int
    source: str
    now_us: int

    def forged(self, node: str = VICTIM, city: str = CITY) -> bytes:
        """A reading that ingest would keep if it came by the right way."""
        return batch(city, node, self.mark, self.now_us)

    def intruder(self, listener: str = NODES, *, five: bool = False) -> Intruder:
        return Intruder(self.city.broker.address(listener), self.source, five)

    def inside(self, *, client_id: str = THIEF, five: bool = False, party: str = THIEF, **connect: object) -> Intruder:
        """A good certificate, let in as the node that it is."""
        made = self.intruder(five=five)
        own = self.certificates[party]
        if not made.dial(context(own.ca_file, own)) or not made.connect(client_id, **connect):  # type: ignore[arg-type]
            raise AssertionError("a rightful certificate was not let in")
        return made


Noticed = Literal["broker", "ingest", "authority"]


@dataclass(frozen=True)
class Attack:
    """`does` returns whether the intruder got what it came for, as far as it can see itself; the rest is seen from the
    other side. `noticed` says who must have written it down, and `words` what stands there."""

    name: str
    does: Callable[[Ground], bool]
    noticed: Noticed = "broker"
    words: str = ""
    reaches_ingest: bool = False
    """the broker may pass it on: it is ingest that refuses"""


def _publish(
    topic: bytes | str, *, retain: bool = False, qos: int = 1, payload: bytes | None = None
) -> Callable[[Ground], bool]:
    def does(ground: Ground) -> bool:
        intruder = ground.inside()
        intruder.publish(topic, ground.forged() if payload is None else payload, retain=retain, qos=qos)
        intruder.vanish()
        return False  # what came of it is seen by the auditor

    return does


def _subscribe(*filters: str) -> Callable[[Ground], bool]:
    def does(ground: Ground) -> bool:
        intruder = ground.inside()
        intruder.subscribe(*filters)
        if not ground.city.speak(ground.mark, ground.now_us):
            raise AssertionError("the rightful node was not answered")
        heard = intruder.listen(0.05)
        intruder.vanish()
        return bool(heard)

    return does


def _handshake(which: str, listener: str = NODES, client_id: str = VICTIM) -> Callable[[Ground], bool]:
    def does(ground: Ground) -> bool:
        own = ground.certificates.get(which)
        intruder = ground.intruder(listener)
        trust = ground.certificates[THIEF].ca_file
        accepted = intruder.dial(context(trust, own)) and intruder.connect(client_id)
        intruder.vanish()
        return accepted

    return does


def _enter_and_forge(which: str) -> Callable[[Ground], bool]:
    """Somebody whose name is a wildcard may come in, and must not be able to say anything."""

    def does(ground: Ground) -> bool:
        intruder = ground.intruder()
        own = ground.certificates[which]
        if intruder.dial(context(own.ca_file, own)) and intruder.connect(which):
            for topic in (topics.readings(CITY, VICTIM), topics.birth(CITY, VICTIM)):
                intruder.publish(topic, ground.forged())
        intruder.vanish()
        return False

    return does


def _will(topic: str, *, five: bool = False, delay_s: int = 0) -> Callable[[Ground], bool]:
    def does(ground: Ground) -> bool:
        ground.inside(five=five, will=(topic, ground.forged()), will_delay_s=delay_s).vanish()
        return False

    return does


def _as_somebody_else(**connect: object) -> Callable[[Ground], bool]:
    """Let in by its own certificate, it claims another name in CONNECT and speaks as that one."""

    def does(ground: Ground) -> bool:
        intruder = ground.inside(**connect)  # type: ignore[arg-type]
        intruder.publish(topics.readings(CITY, VICTIM), ground.forged())
        intruder.vanish()
        return False

    return does


def _alias(ground: Ground) -> bool:
    """The first publish is refused; its alias must not live on."""
    intruder = ground.inside(five=True)
    alias = b"\x23\x00\x01"
    intruder.publish(topics.readings(CITY, VICTIM), ground.forged(), properties=alias)
    intruder.publish(b"", ground.forged(), properties=alias)
    intruder.vanish()
    return False


def _high_alias(ground: Ground) -> bool:
    intruder = ground.inside(five=True)
    intruder.publish(b"", ground.forged(), properties=b"\x23\xff\xff")
    intruder.vanish()
    return False


def _response_topic(ground: Ground) -> bool:
    """Asks the victim to answer as if it had been asked by the city."""
    intruder = ground.inside(five=True)
    answer = topics.readings(CITY, VICTIM).encode()
    properties = b"\x08" + len(answer).to_bytes(2, "big") + answer
    intruder.publish(topics.command(CITY, VICTIM, "reboot"), ground.forged(), properties=properties)
    intruder.vanish()
    return False


def _plain(ground: Ground) -> bool:
    intruder = ground.intruder()
    accepted = intruder.dial(None) and intruder.connect(VICTIM, username="ingest", password=b"ingest")
    intruder.vanish()
    return accepted


def _old_tls(ground: Ground) -> bool:
    intruder = ground.intruder()
    own = ground.certificates[THIEF]
    accepted = intruder.dial(old_context(own.ca_file, own)) and intruder.connect(THIEF)
    intruder.vanish()
    return accepted


def _clone(ground: Ground) -> bool:
    """A copy of a node's card, used from another place while the node is there: no broker knows which is which."""
    first = ground.inside()
    other = Intruder(ground.city.broker.address(NODES), "127.0.0.1")
    own = ground.certificates[THIEF]
    other.dial(context(own.ca_file, own))
    other.connect(THIEF)
    second = ground.inside()
    for one in (first, other, second):
        one.vanish()
    return False


def _other_in_payload(ground: Ground) -> bool:
    intruder = ground.inside()
    intruder.publish(topics.readings(CITY, THIEF), ground.forged(VICTIM))
    intruder.vanish()
    return False


def _other_city_in_payload(ground: Ground) -> bool:
    intruder = ground.inside()
    intruder.publish(topics.readings(CITY, THIEF), ground.forged(THIEF, ELSEWHERE))
    intruder.vanish()
    return False


def _other_death_in_payload(ground: Ground) -> bool:
    intruder = ground.inside()
    dead = Status(city=CITY, node=VICTIM, state="offline", birth_no=9, reason="lost")
    intruder.publish(topics.status(CITY, THIEF), codec.encode(dead))
    intruder.vanish()
    return False


def _stranger_in_our_city(ground: Ground) -> bool:
    """A node of another city, with a good certificate, under a topic of ours."""
    intruder = ground.inside(party=STRANGER, client_id=STRANGER)
    intruder.publish(topics.readings(CITY, STRANGER), ground.forged(STRANGER))
    intruder.vanish()
    return False


def _asked_of_the_authority(
    name: str, city: str = CITY, request: Callable[[], bytes] | None = None
) -> Callable[[Ground], bool]:
    def does(ground: Ground) -> bool:
        try:
            ground.authority.node(name, city, ground.now_us, request=request() if request else None)
        except BadInput:
            return False
        return True

    return does


_UP = ("birth", "status", "readings", "config/state", "firmware/state", "command/1/result")
_DOWN = ("ack", "config", "firmware", "command/1")
_BASE = f"{topics.ROOT}/{CITY}/{VICTIM}"

ATTACKS: tuple[Attack, ...] = (
    *(Attack(f"publish another's {leaf}", _publish(f"{_BASE}/{leaf}")) for leaf in _UP),
    *(Attack(f"publish the city's {leaf}", _publish(f"{_BASE}/{leaf}", retain=True)) for leaf in _DOWN),
    Attack("publish the city's answer to itself", _publish(topics.ack(CITY, THIEF))),
    Attack("publish the engine's canary", _publish(topics.canary(CITY))),
    Attack("QoS 0", _publish(f"{_BASE}/readings", qos=0)),
    Attack("QoS 2", _publish(f"{_BASE}/readings", qos=2)),
    Attack("poison another's retained birth", _publish(f"{_BASE}/birth", retain=True)),
    Attack("take another's retained birth away", _publish(f"{_BASE}/birth", retain=True, payload=b"")),
    Attack("leave a birth behind in a city that it makes up", _publish(topics.birth("lain", THIEF), retain=True)),
    Attack(
        "leave the result of a command that it makes up",
        _publish(topics.command_result(CITY, THIEF, "x"), retain=True),
    ),
    Attack("a slash at the end", _publish(f"{_BASE}/readings/")),
    Attack("a slash at the beginning", _publish(f"/{_BASE}/readings")),
    Attack("a slash twice", _publish(f"{topics.ROOT}/{CITY}//{VICTIM}/readings")),
    Attack("+ in a topic", _publish(f"{topics.ROOT}/{CITY}/+/readings")),
    Attack("# in a topic", _publish(f"{topics.ROOT}/{CITY}/#")),
    Attack("$SYS", _publish("$SYS/broker/uptime")),
    Attack("$CONTROL", _publish("$CONTROL/dynamic-security/v1")),
    Attack("$share in a topic", _publish(f"$share/x/{_BASE}/readings")),
    Attack("NUL in a topic", _publish(f"{_BASE}\0/readings")),
    Attack("NUL behind its own name", _publish(f"{topics.ROOT}/{CITY}/{THIEF}/readings\0")),
    Attack("bytes that are no text", _publish(_BASE.encode() + b"\xed\xa0\x80/readings")),
    Attack("a letter that looks the same", _publish(f"{_BASE}/readings".replace("jog", "j\u043eg"))),
    Attack("invisible letters", _publish(f"{_BASE}\u200b/readings")),
    Attack("capital letters", _publish(f"{topics.ROOT}/{CITY}/{VICTIM.upper()}/readings")),
    Attack("a topic of 65,535 bytes", _publish(f"{_BASE}/readings".ljust(65_535, "x"))),
    Attack("an over-long id", _publish(f"{topics.ROOT}/{CITY}/{'a' * 4_096}/readings")),
    Attack("a topic alias", _alias),
    Attack("a topic alias out of range", _high_alias),
    Attack("a response topic", _response_topic),
    Attack("a will on another's status", _will(topics.status(CITY, VICTIM))),
    Attack("a will on another's readings", _will(topics.readings(CITY, VICTIM))),
    Attack("a will with a delay", _will(topics.readings(CITY, VICTIM), five=True, delay_s=1)),
    Attack("listen to everything", _subscribe("#")),
    Attack("listen to the city", _subscribe("siaga/#")),
    Attack("listen by single wildcards", _subscribe("+/+/+/+/+")),
    Attack("listen to all acks", _subscribe(topics.every_node(CITY, "ack"))),
    Attack("listen to another's acks", _subscribe(topics.ack(CITY, VICTIM))),
    Attack("listen to another's commands", _subscribe(f"{_BASE}/command/+")),
    Attack("listen to another's readings", _subscribe(topics.readings(CITY, VICTIM))),
    Attack("listen to retained births", _subscribe(topics.every_node(CITY, "birth"))),
    Attack("listen to $SYS", _subscribe("$SYS/#")),
    Attack("listen in a shared group", _subscribe(f"$share/ingest/{topics.every_node(CITY, 'readings')}")),
    Attack("another's client id", _as_somebody_else(client_id=VICTIM)),
    Attack("ingest's client id", _as_somebody_else(client_id=f"siaga-ingest-{CITY}")),
    Attack("no client id", _as_somebody_else(client_id="")),
    Attack("a client id of 60,000 bytes", _as_somebody_else(client_id="x" * 60_000)),
    Attack("a user name beside the certificate", _as_somebody_else(username="ingest")),
    Attack("a password beside the certificate", _as_somebody_else(username=VICTIM, password=b"x")),
    Attack("a copy of a card at two places", _clone),
    Attack("no certificate", _handshake("none")),
    Attack("a certificate signed by itself", _handshake("self-signed")),
    Attack("an unknown authority of the same name", _handshake("unknown-ca")),
    Attack("a certificate signed by a node", _handshake("by-a-node")),
    Attack("an expired certificate", _handshake("expired")),
    Attack("a certificate that is not valid yet", _handshake("not-yet")),
    Attack("a revoked certificate", _handshake("revoked")),
    Attack("the broker's own certificate", _handshake("broker")),
    Attack("the authority's own certificate", _handshake("issuing")),
    Attack("a service at the nodes' door", _handshake("ingest")),
    Attack("a node at the services' door", _handshake(THIEF, SERVICES)),
    Attack("nobody at the services' door", _handshake("none", SERVICES, "siaga-ingest")),
    Attack("a certificate called +", _enter_and_forge("+")),
    Attack("a certificate called #", _enter_and_forge("#")),
    Attack("a certificate with a slash", _enter_and_forge(f"{CITY}/{VICTIM}")),
    Attack("a certificate called like its victim and a slash", _enter_and_forge(f"{VICTIM}/readings")),
    Attack("TLS 1.1", _old_tls),
    Attack("MQTT without TLS", _plain),
    Attack("another's name in the payload", _other_in_payload, "ingest", f"{CITY}/{VICTIM}", reaches_ingest=True),
    Attack("another city in it", _other_city_in_payload, "ingest", f"{ELSEWHERE}/{THIEF}", reaches_ingest=True),
    Attack("another's death in the payload", _other_death_in_payload, "ingest", "/status", reaches_ingest=True),
    Attack("a node of another city", _stranger_in_our_city, "ingest", "not in the registry", reaches_ingest=True),
    Attack("a payload over 64 KiB", _publish(topics.readings(CITY, THIEF), payload=b"x" * 65_537)),
    Attack("a packet over every limit", _publish(topics.readings(CITY, THIEF), payload=b"x" * 300_000)),
    *(
        Attack(f"ask the authority to be {name}", _asked_of_the_authority(name), "authority", name)
        for name in ("ingest", "broker", "ca", "+", "#", f"{VICTIM}/readings", "../ca", "a" * 49)
    ),
    Attack("ask the authority for another's name", _asked_of_the_authority(VICTIM), "authority", VICTIM),
    Attack("ask for a name of another city", _asked_of_the_authority(VICTIM, ELSEWHERE), "authority", "is a node of"),
    Attack(
        "a request that says another name",
        _asked_of_the_authority("jog-gauge-05", request=lambda: forgeries.request(VICTIM)), "authority", "and not from",
    ),
    Attack(
        "a request for a wildcard beside the name",
        _asked_of_the_authority("jog-gauge-05", request=lambda: forgeries.request("+")), "authority", "and not from",
    ),
    Attack(
        "a request with a key of another kind",
        _asked_of_the_authority("jog-gauge-05", request=lambda: forgeries.weak_request("jog-gauge-05")),
        "authority", "P-256",
    ),
    Attack(
        "a request that its key has not signed",
        _asked_of_the_authority("jog-gauge-05", request=lambda: forgeries.broken_request("jog-gauge-05")),
        "authority", "own key",
    ),
)  # fmt: skip
