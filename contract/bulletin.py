"""A bulletin: one thing that the public is told of the water. Immutable, numbered within its incident, and signed.

The alert engine composes it and keeps it in the transaction of what caused it; pages, programs, feeds and channels show
or carry it and have no words of their own.

`canonical` is what is signed: every field but the signature as JSON, UTF-8, keys sorted, no spaces, levels as numbers;
`renewal` only where it is true and `witness_en` only where it is other words, so that what was signed before there were
these stays verifiable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args
from uuid import UUID, uuid5

from contract.errors import BadInput
from contract.levels import Level

BulletinKind = Literal["fact", "order", "correction", "all_clear"]
"""what was measured; that people are to leave; that something told before was wrong; that it is over"""
Ground = Literal["", "witness", "officer", "clock"]
"""what an order rests on; "" for what is none"""
KINDS: tuple[BulletinKind, ...] = get_args(BulletinKind)
GROUNDS: tuple[Ground, ...] = get_args(Ground)
LANGUAGES = ("id", "en")

_SPACE = UUID("6f2a0a52-6d1c-5d0e-9a53-3a1f1d5a6c02")
_REMEDY = "It is one line of JSON as /api/v1/bulletins gives it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What is said and what it rests on.

    `number` counts those of one incident from 1; of a drill, `incident` is the drill's decision. `at_us` is when it was
    said, `measured_us` when the value was, `crossed_us` when the water first stood beyond the level it opened with.
    `silent`: the gauge says nothing, and the value is its last. `witness`: which gauge or who bore it out;
    `witness_en`: the same in English, "" where it is the same. `by`: the person on whose word it goes out, "" where it
    is nobody's. `renewal`: it says again, in time, what was told and still holds. `signed_by`: who signs, as people
    read it. `confirmed`: an officer has said that it is so. After `expires_us` it is no news.
    `corrects`: the id of the bulletin that a correction takes back.

    `text` is the sentence of the public case; `sms` has at most 160 GSM-7 septets; `script` is read aloud; each in
    Indonesian and English. `regions`: whom it concerns, as the city's impact table names them. `signature` is Ed25519
    in base64 and `key` the id of the key, both "" where the city signs nothing.
    """

    id: str
    city: str
    event: str
    incident: str
    node: str
    number: int
    kind: BulletinKind
    at_us: int
    measured_us: int
    crossed_us: int
    level: Level
    text: Mapping[str, str]
    drill: bool = False
    value_cm: float | None = None
    trend: int | None = None
    silent: bool = False
    ground: Ground = ""
    witness: str = ""
    witness_en: str = ""
    by: str = ""
    signed_by: str = ""
    confirmed: bool = False
    expires_us: int | None = None
    sms: Mapping[str, str] = field(default_factory=dict)
    script: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    corrects: str = ""
    renewal: bool = False
    signature: str = ""
    key: str = ""


def bulletin_id(incident: str, number: int) -> str:
    """The same bulletin always has the same id, so that keeping it twice keeps it once."""
    return str(uuid5(_SPACE, f"{incident}/{number}"))


def values_of(bulletin: Bulletin) -> dict[str, Any]:
    """Plain values, as they are kept, signed and given out."""
    found = {one.name: getattr(bulletin, one.name) for one in fields(bulletin)}
    return found | {
        "level": int(bulletin.level),
        "text": dict(bulletin.text),
        "sms": dict(bulletin.sms),
        "script": dict(bulletin.script),
        "regions": list(bulletin.regions),
    }


def canonical(bulletin: Bulletin) -> bytes:
    """What a signature is over."""
    values = {name: value for name, value in values_of(bulletin).items() if name != "signature"}
    for later in ("renewal", "witness_en"):
        if not values[later]:
            del values[later]
    if values["value_cm"] is not None:
        values["value_cm"] = float(values["value_cm"])
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def bulletin_from(values: Mapping[str, Any]) -> Bulletin:
    """Out of plain values (`values_of`). Raises BadInput for what is no bulletin."""
    known = {one.name: one.type for one in fields(Bulletin)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise BadInput(f"a bulletin has no field {unknown[0]!r}", where=unknown[0], remedy=_REMEDY)
    for name, wanted in _PLAIN.items():
        if name in values and not (isinstance(values[name], wanted) and not _is_stray_bool(values[name], wanted)):
            raise BadInput(f"{values[name]!r} does not fit", where=name, remedy=_REMEDY)
    try:
        made = Bulletin(**{**values, "level": Level(values["level"]), "regions": tuple(values.get("regions", ()))})
    except (TypeError, ValueError, KeyError) as error:
        raise BadInput(f"this is no bulletin: {error}", remedy=_REMEDY) from None
    for name, choices in (("kind", KINDS), ("ground", GROUNDS)):
        if getattr(made, name) not in choices:
            raise BadInput(f"there is no {name} {getattr(made, name)!r}", where=name, remedy=_REMEDY)
    for name in ("text", "sms", "script"):
        said = getattr(made, name)
        if not all(language in LANGUAGES and isinstance(words, str) for language, words in said.items()):
            raise BadInput("it is not said in `id` and `en`", where=name, remedy=_REMEDY)
    return made


def _is_stray_bool(value: object, wanted: type | tuple[type, ...]) -> bool:
    return isinstance(value, bool) and wanted is not bool


_MAYBE: tuple[type, ...] = (int, type(None))
_PLAIN: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("id", "city", "event", "incident", "node", "kind", "ground", "witness", "witness_en", "by"), str),
    **dict.fromkeys(("signed_by", "corrects", "signature", "key"), str),
    **dict.fromkeys(("number", "at_us", "measured_us", "crossed_us", "level"), int),
    **dict.fromkeys(("drill", "silent", "confirmed", "renewal"), bool),
    **dict.fromkeys(("text", "sms", "script"), Mapping),
    **dict.fromkeys(("trend", "expires_us"), _MAYBE),
    "value_cm": (int, float, type(None)),
    "regions": (list, tuple),
}
