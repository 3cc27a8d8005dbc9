"""Somebody says that it is another: at the broker's two doors, in topics and payloads, and to the authority.

Each attack comes from an address of its own, carries a mark of its own and must have come to nothing: no legitimate
subscriber heard it, no store kept it, the rightful node was not thrown out, and whoever knocked did not get in. And
each must have been written down, where the people who watch over the city look.
"""

from __future__ import annotations

from collections.abc import Sequence

from contract.clock import DAY_US
from faults.attacks import ATTACKS, STOLEN, STRANGER, THIEF, VICTIM, Attack, Ground
from faults.forgeries import Forger
from faults.laboratory import Laboratory
from faults.parts.city_broker import identity, make_secrets
from faults.parts.guarded_city import CITY, GuardedCity, guarded_city
from faults.result import Result
from fleet.authority import Authority
from fleet.handover import give, give_broker

_FIRST_MARK = 1_000_000
_LATE_S = 1.2
"""longer than the longest delay of a will"""
_EVENTS_S = 10.0
_SAID_EVERY = 20


def run(laboratory: Laboratory) -> Result:
    """Every attack once; with fewer rounds than attacks, that many of them, drawn by the seed."""
    result = laboratory.result()
    attacks = list(ATTACKS)
    laboratory.rng.shuffle(attacks)
    attacks = attacks[: laboratory.rounds]
    now_us = laboratory.clock.now_us()
    secrets = make_secrets(laboratory.room("secrets") / "city", (VICTIM, THIEF, STOLEN))
    authority = Authority(secrets / "ca")
    forger = Forger(laboratory.room("forged"), secrets / THIEF / "ca.crt", authority, now_us)
    give(authority.node(STRANGER, "semarang", now_us), secrets)
    certificates = {
        THIEF: identity(secrets, THIEF),
        STRANGER: identity(secrets, STRANGER),
        "ingest": identity(secrets, "ingest"),
        "broker": identity(secrets, "broker"),
        "revoked": identity(secrets, STOLEN),
        "self-signed": forger.self_signed(VICTIM),
        "unknown-ca": forger.of_another_city(VICTIM),
        "by-a-node": forger.by_a_node(VICTIM, identity(secrets, THIEF)),
        "expired": forger.given("expired", authority.node("jog-gauge-06", CITY, now_us - 91 * DAY_US)),
        "not-yet": forger.given("not-yet", authority.node("jog-gauge-07", CITY, now_us + DAY_US)),
        "issuing": forger.the_issuing_one(),
        **{name: forger.named(f"named-{n}", name) for n, name in enumerate(_WILD)},
    }
    authority.revoke(STOLEN, now_us)
    give_broker(authority, secrets)
    accepted: list[str] = []
    with guarded_city(laboratory.room("city"), secrets, VICTIM, laboratory.clock) as city:
        grounds = []
        for number, attack in enumerate(attacks):
            if number % _SAID_EVERY == 0:
                laboratory.say(f"{number} of {len(attacks)} attacks")
            ground = Ground(
                city, authority, certificates, _FIRST_MARK + number, f"127.0.2.{number + 1}",
                laboratory.clock.now_us(),
            )  # fmt: skip
            grounds.append(ground)
            if attack.does(ground):
                accepted.append(f"{attack.name}: it got what it came for")
            if not city.node.alive:
                accepted.append(f"{attack.name}: the rightful node was thrown out")
                city.node.restart()
        city.node.until(lambda: False, _LATE_S)
        pairs = list(zip(attacks, grounds, strict=True))
        city.node.until(lambda: not _unnoticed(pairs, city, authority), _EVENTS_S)
        unnoticed = _unnoticed(pairs, city, authority)
        accepted += _carried(pairs, city)
        result.expect(city.speak(_FIRST_MARK - 1, laboratory.clock.now_us()), "the rightful node is no longer answered")
    for one in accepted:
        result.failures.append(f"accepted: {one}")
    for name in unnoticed:
        result.failures.append(f"unnoticed: {name}")
    result.figures.update(attacks=len(attacks), accepted=len(accepted), unnoticed=len(unnoticed))
    return result


_WILD = ("+", "#", f"{CITY}/{VICTIM}", f"{VICTIM}/readings")


def _carried(pairs: Sequence[tuple[Attack, Ground]], city: GuardedCity) -> Sequence[str]:
    """What the broker passed on, what the rightful node was told, and what was kept, by its mark."""
    found: list[str] = []
    heard = [(one.topic, one.payload) for one in city.hear()]
    told = [(one.topic, one.payload) for one in city.node.heard()]
    kept = {row.seq for row in city.readings.received_since(CITY, 0)}
    rightful = f"/{VICTIM}/readings"
    for attack, ground in pairs:
        epoch = f"{ground.mark:016x}".encode()
        listens = attack.name.startswith("listen")  # there the mark is the rightful node's own reading
        if not attack.reaches_ingest and not listens:
            found += [f"{attack.name}: heard on {topic}" for topic, payload in heard if epoch in payload]
        if not listens:
            found += [f"{attack.name}: told to its victim on {topic}" for topic, payload in told if epoch in payload]
            found += [f"{attack.name}: kept as a reading"] if ground.mark in kept else []
        else:
            assert any(epoch in payload and topic.endswith(rightful) for topic, payload in heard)  # noqa: S101
    return found


def _unnoticed(pairs: Sequence[tuple[Attack, Ground]], city: GuardedCity, authority: Authority) -> Sequence[str]:
    events = city.noticed()
    refused = [f"{one['name']} {one['why']}" for one in authority.refusals()]
    missing = []
    for attack, ground in pairs:
        if attack.noticed == "broker":
            seen = any(event.where == "broker" and event.address == ground.source for event in events)
        elif attack.noticed == "ingest":
            seen = any(event.where == "ingest" and attack.words in event.detail for event in events)
        else:
            seen = any(attack.words in one for one in refused)
        if not seen:
            missing.append(attack.name)
    return missing
