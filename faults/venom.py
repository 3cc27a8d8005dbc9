"""What a broken or malicious node can say: a sound batch, spoiled in one way. Pure; every piece is drawn from a seed.

Each piece says which of its readings can no longer be sound (`spoilt`, None for all of them), where that is known for
certain. What a flipped byte makes of a message is not: then only an independent look at what was accepted can tell.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contract import topics
from contract.clock import SECOND_US
from contract.messages import MAX_MESSAGE_BYTES

EPOCH = "00000000bad0bad0"
BOOT = "bad0bad0"
_ID_SPACE = 10**9

Batch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One message. `spoilt`: numbers of the readings that must not be accepted, None for the whole message; `unsure`
    where only what was accepted can tell."""

    way: str
    topic: str
    payload: bytes
    spoilt: frozenset[int] | None = None
    unsure: bool = False


def sound(rng: random.Random, city: str, node: str, sensor: str, kind: str, now_us: int, seq: int) -> Batch:
    """A batch of one to three readings as an agent says it, observed within the last minute."""
    return {
        "v": 1, "city": city, "node": node, "boot": BOOT, "epoch": EPOCH, "sent_us": now_us,
        "readings": [
            {
                "seq": seq + number, "sensor": sensor, "kind": kind, "mono_us": 5 * SECOND_US,
                "observed_us": now_us - rng.randrange(60 * SECOND_US), "trust": "synced", "quality": 1,
                "checks": {}, "values": _values(rng, kind),
            }
            for number in range(rng.randint(1, 3))
        ],
    }  # fmt: skip


def _values(rng: random.Random, kind: str) -> dict[str, Any]:
    if kind == "flood":
        return {"level_cm": round(rng.uniform(10, 60), 1), "source": "sensor"}
    if kind == "crowd":
        return {"people": rng.randint(0, 90), "method": "onnx", "camera": "ok"}
    if kind == "node":
        return {"cpu_percent": round(rng.uniform(1, 99), 1), "spool_pending": 3, "dropped_sensor": "level"}
    return {"internet": "open", "clients": rng.randint(0, 40), "latency_ms": 21.5, "gateway_ok": True}


def spoil(rng: random.Random, batch: Batch, *, surely: bool = False) -> Piece:
    """The batch, spoiled in a way that the seed draws. `surely`: only ways of which nothing at all may be accepted."""
    return rng.choice(_SURELY if surely else _WAYS)(rng, copy.deepcopy(batch))


def _said(batch: Batch) -> bytes:
    return json.dumps(batch, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _topic(batch: Batch) -> str:
    return topics.readings(batch["city"], batch["node"])


def _one(rng: random.Random, batch: Batch) -> dict[str, Any]:
    reading: dict[str, Any] = rng.choice(batch["readings"])
    return reading


def _raw(batch: Batch, at: str, raw: str) -> bytes:
    """The batch with a piece of JSON text where `at` stands as a string."""
    return _said(batch).replace(json.dumps(at).encode(), raw.encode("utf-8", "surrogatepass"), 1)


# ------------------------------------------------------------ bytes


def flipped(rng: random.Random, batch: Batch) -> Piece:
    """One to four bytes become other bytes."""
    payload = bytearray(_said(batch))
    for _ in range(rng.randint(1, 4)):
        payload[rng.randrange(len(payload))] ^= rng.randint(1, 255)
    return Piece("flipped", _topic(batch), bytes(payload), unsure=True)


def cut_off(rng: random.Random, batch: Batch) -> Piece:
    """The end is missing: no prefix of an object is an object."""
    payload = _said(batch)
    return Piece("cut off", _topic(batch), payload[: rng.randrange(1, len(payload))])


def shuffled(rng: random.Random, batch: Batch) -> Piece:
    """A stretch of bytes stands elsewhere, or twice, or is gone."""
    payload = _said(batch)
    start, end = sorted(rng.randrange(len(payload) + 1) for _ in range(2))
    place = rng.randrange(len(payload) + 1)
    moved = payload[:start] + payload[end:] if rng.random() < 0.5 else payload
    return Piece("shuffled", _topic(batch), moved[:place] + payload[start:end] + moved[place:], unsure=True)


def noise(rng: random.Random, batch: Batch) -> Piece:
    """No text at all."""
    return Piece("noise", _topic(batch), b"\xff" + rng.randbytes(rng.randrange(2_000)))


def packed(rng: random.Random, batch: Batch) -> Piece:
    """gzip, and now and then a bomb: nobody unpacks it."""
    payload = _said(batch) if rng.random() < 0.8 else b"0" * 5_000_000
    return Piece("packed", _topic(batch), gzip.compress(payload, 6, mtime=0))


def oversize(rng: random.Random, batch: Batch) -> Piece:
    """Over the wire's 64 KiB."""
    return Piece("oversize", _topic(batch), _said(batch) + b" " * (MAX_MESSAGE_BYTES + rng.randrange(2_000)))


def not_utf_8(rng: random.Random, batch: Batch) -> Piece:
    """A text that is none: a lone surrogate, an overlong slash, half a character."""
    raw = rng.choice([b"\xed\xa0\x80", b"\xc0\xaf", b"\xe2\x82", b"\xf8\x88\x80\x80\x80"])
    return Piece("not UTF-8", _topic(batch), _said(batch).replace(b'"trust":"', b'"trust":"' + raw, 1))


# ------------------------------------------------------------ JSON


def deep(rng: random.Random, batch: Batch) -> Piece:
    """So deep that a careless parser has no stack left."""
    depth = rng.choice([50, 200, 5_000, 30_000])
    opening, closing = rng.choice([("[", "]"), ('{"a":', "}")])
    depth = min(depth, 60_000 // len(opening + closing))
    batch["readings"] = "HERE"
    return Piece("deep", _topic(batch), _raw(batch, "HERE", opening * depth + "1" + closing * depth))


def another_shape(rng: random.Random, batch: Batch) -> Piece:
    """A batch that is a list, a number, a text, or one whose readings are."""
    other: Any = rng.choice([None, True, 0, -1, 1.5, "x", [], {}, [batch], [[]], "\x00", "9" * 400])
    if rng.random() < 0.5:
        return Piece("another shape", _topic(batch), json.dumps(other).encode())
    batch["readings"] = other if not isinstance(other, list) or not other else []
    return Piece("another shape", _topic(batch), json.dumps(batch).encode())


def missing_field(rng: random.Random, batch: Batch) -> Piece:
    """One that every batch has."""
    del batch[rng.choice(["city", "node", "boot", "epoch", "sent_us", "readings"])]
    return Piece("missing field", topics.readings("contoh", "x") if "city" not in batch or "node" not in batch
                 else _topic(batch), _said(batch))  # fmt: skip


def missing_in_reading(rng: random.Random, batch: Batch) -> Piece:
    """One that every reading has; its neighbours stay sound."""
    reading = _one(rng, batch)
    gone = rng.choice(["seq", "sensor", "kind", "observed_us", "mono_us", "trust", "quality", "values"])
    spoilt = frozenset({reading["seq"]})
    del reading[gone]
    return Piece("missing in a reading", _topic(batch), _said(batch), spoilt)


def foreign_field(rng: random.Random, batch: Batch) -> Piece:
    """A field that nobody knows."""
    reading = _one(rng, batch)
    name = rng.choice(["__proto__", "level", "Level_cm", "seq ", "constructor", "", "{{7*7}}", "=cmd|' /C calc'!A0"])
    rng.choice([reading, reading["values"]])[name] = 1
    return Piece("foreign field", _topic(batch), _said(batch), frozenset({reading["seq"]}))


def same_key_twice(rng: random.Random, batch: Batch) -> Piece:
    """Which of the two counts is every parser's own idea; what is accepted must be one of them."""
    reading = _one(rng, batch)
    key, other = rng.choice(
        [("seq", "7"), ("sensor", '"level"'), ("quality", "4"), ("observed_us", "0"), ("mono_us", "1")]
    )
    old = f'"{key}":{json.dumps(reading[key])}'.encode()
    return Piece(
        "same key twice", _topic(batch), _said(batch).replace(old, old + f',"{key}":{other}'.encode(), 1), unsure=True
    )


def same_number_twice(rng: random.Random, batch: Batch) -> Piece:
    """Two readings of one batch with one number: the second is none."""
    batch["readings"].append(copy.deepcopy(_one(rng, batch)))
    batch["readings"][-1]["mono_us"] += 1
    return Piece("same number twice", _topic(batch), _said(batch), frozenset(), unsure=True)


# ------------------------------------------------------------ numbers and texts

_NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e400", "9" * 400, "0x10", "01", "+1", ".5", "5.", "1e", "--1",
    "1_000", "１２",
)  # fmt: skip


def no_number(rng: random.Random, batch: Batch) -> Piece:
    """NaN, infinity, and numbers that JSON or the field does not know. Some spoil the reading, some the message."""
    reading = _one(rng, batch)
    where = rng.choice(["values", "seq", "observed_us", "quality"])
    raw = rng.choice(_NUMBERS)
    seq = reading["seq"]
    if where == "values":
        reading["values"] = {_numeric(reading["kind"]): "HERE"}
    else:
        reading[where] = "HERE"
    return Piece("no number", _topic(batch), _raw(batch, "HERE", raw), frozenset({seq}))


def wrong_type(rng: random.Random, batch: Batch) -> Piece:
    """A text, a truth or a list where a number belongs."""
    reading = _one(rng, batch)
    seq = reading["seq"]
    wrong: Any = rng.choice(["12", True, False, [1], {"a": 1}, "", "NaN", "1e3"])
    where = rng.choice(["values", "seq", "observed_us", "mono_us", "quality"])
    if where == "values":
        reading["values"] = {_numeric(reading["kind"]): wrong}
    else:
        reading[where] = wrong
    return Piece("wrong type", _topic(batch), _said(batch), frozenset({seq}))


def out_of_range(rng: random.Random, batch: Batch) -> Piece:
    """Beyond what the field can be: 64-bit edges and the largest floats."""
    reading = _one(rng, batch)
    seq = reading["seq"]
    edge = rng.choice([2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), -(2**63) - 1, 10**30, -1])
    where = rng.choice(["seq", "mono_us", "values", "quality"])
    if where == "values":
        reading["values"] = {_numeric(reading["kind"]): rng.choice([1e308, -1e308, 1e19, -200_000])}
    elif where == "quality":
        reading["quality"] = rng.choice([0, 5, 6, 7, 8, 10, -1, 2**63])
    else:
        reading[where] = edge
    return Piece("out of range", _topic(batch), _said(batch), frozenset({seq}))


def impossible_time(rng: random.Random, batch: Batch) -> Piece:
    """1677 and 2262, where nanoseconds end; 1970, negative, and a day ahead."""
    reading = _one(rng, batch)
    now_us = batch["sent_us"]
    edges = (
        -9_223_372_036_854_775, 9_223_372_036_854_775, 9_223_372_036_854_776, 2**63 // 1_000, -(2**63), 2**63, 0, 1, -1,
        now_us + 86_400 * SECOND_US, 1_577_836_799_999_999, now_us * 1_000,
    )  # fmt: skip
    reading["observed_us"] = rng.choice(edges)
    return Piece("impossible time", _topic(batch), _said(batch), frozenset({reading["seq"]}))


def strange_text(rng: random.Random, batch: Batch) -> Piece:
    """Wildcards, slashes, control and line-protocol characters, markup, formulas and other alphabets in a name."""
    reading = _one(rng, batch)
    reading["sensor"] = rng.choice(
        ["a b", "a,b=c", 'x" y', "a\nflood,city=contoh level_cm=999", "a\\", "+", "#", "a/b", "$SYS", "\x00",
         "\u202egauge", "лevel", "level\u0000", "<script>alert(1)</script>", "=1+1", "{{7*7}}", "${jndi:ldap://x}", "-",
         "a--b", "A",
         "a" * 49, "", "İ", "ﬁ", "a\u200bb", "../../etc/passwd"]
    )  # fmt: skip
    return Piece("strange text", _topic(batch), _said(batch), frozenset({reading["seq"]}))


def strange_free_text(rng: random.Random, batch: Batch) -> Piece:
    """The one text of a reading that is free: it is kept as it came and breaks nothing behind it."""
    reading = _one(rng, batch)
    reading["values"] = {
        "dropped_sensor": rng.choice(["a\nb c=1 2", 'x" y\\', "=cmd()", "<img src=x>", "\u202e", "é" * 48])
    }
    spoilt = frozenset() if reading["kind"] == "node" else frozenset({reading["seq"]})
    return Piece("strange free text", _topic(batch), _said(batch), spoilt, unsure=reading["kind"] == "node")


def unknown_sensor(rng: random.Random, batch: Batch) -> Piece:
    """Well formed, and of a sensor or kind that this node does not carry."""
    reading = _one(rng, batch)
    if rng.random() < 0.5:
        reading["sensor"] = f"sensor-{rng.randrange(_ID_SPACE)}"
    else:
        reading["kind"] = next(kind for kind in ("flood", "crowd") if kind != reading["kind"])
        reading["values"] = _values(rng, reading["kind"])
    return Piece("unknown sensor", _topic(batch), _said(batch), frozenset({reading["seq"]}))


# ------------------------------------------------------------ who speaks, and where


def another_node(rng: random.Random, batch: Batch) -> Piece:
    """Sound, and on a topic that is not its own."""
    batch["node"] = f"node-{rng.randrange(_ID_SPACE)}"
    claimed = _said(batch)
    return Piece("another node", topics.readings(batch["city"], f"node-{rng.randrange(10)}"), claimed)


def another_topic(rng: random.Random, batch: Batch) -> Piece:
    """Sound, and where no reading belongs."""
    topic = rng.choice(_TOPICS).format(city=batch["city"], node=batch["node"], any=rng.randrange(_ID_SPACE))
    return Piece("another topic", topic, _said(batch))


def false_birth(rng: random.Random, batch: Batch) -> Piece:
    """A birth or a status that is none."""
    leaf = rng.choice([topics.birth, topics.status])
    other = {
        "v": 1,
        "city": batch["city"],
        "node": batch["node"],
        "birth_no": rng.choice([0, -1, 2**63, "1", None, 1.5]),
    }
    return Piece("false birth", leaf(batch["city"], batch["node"]), json.dumps(other).encode())


_TOPICS = (
    "siaga/v1/{city}/{node}/birth", "siaga/v1/{city}/{node}/status", "siaga/v1/{city}/{node}/x",
    "siaga/v1/{city}/{node}/readings/x", "siaga/v1/{city}/{node}/ack", "siaga/v2/{city}/{node}/readings",
    "siaga/v1/{city}-x/{node}/readings", "siaga/v1/{city}/-/canary", "siaga/v1/{city}/Node-{any}/readings",
    "siaga/v1/{city}/{node}//readings", "/siaga/v1/{city}/{node}/readings", "siaga/v1/{city}/{node}/config/state",
    "siaga/v1/{city}/{node}/command/{any}", "siaga/v1/{city}/{node}/firmware", "siaga/v1/{city}/a{any}/b/readings",
    "siaga/v1/{city}/é{any}/readings", "siaga/v1//{node}/readings", "x{any}", "siaga/v1/{city}/{node}/readings ",
)  # fmt: skip


def _numeric(kind: str) -> str:
    return {"flood": "level_cm", "crowd": "people", "node": "cpu_percent", "hotspot": "clients"}[kind]


Way = Callable[[random.Random, Batch], Piece]
_WAYS: Sequence[Way] = (
    flipped, cut_off, shuffled, noise, packed, oversize, not_utf_8, deep, another_shape, missing_field,
    missing_in_reading, foreign_field, same_key_twice, same_number_twice, no_number, wrong_type, out_of_range,
    impossible_time, strange_text, strange_free_text, unknown_sensor, another_node, another_topic, false_birth,
)  # fmt: skip
_SURELY: Sequence[Way] = (
    cut_off, noise, packed, oversize, not_utf_8, deep, another_shape, missing_field, another_node, another_topic,
    false_birth,
)  # fmt: skip
