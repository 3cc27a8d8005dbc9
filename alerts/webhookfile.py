"""The file of receivers (`webhooks_file`): who else is told, where, and with which secret. Read strictly."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal, cast

from alerts.webhooks import Receiver
from cities.section_file import SectionFile
from complaints.outward import Outward
from contract.errors import BadInput

SECRET_PREFIX = "whsec_"  # noqa: S105  the beginning of every secret, none itself
SHORTEST_SECRET = 24
_LONGEST_SECRET = 64
_LARGEST_KIB = 256
_MOST = 50
_FIELDS = ("name", "url", "secret_file", "audience", "emergency")


def load_receivers(path: Path, outward: Outward) -> tuple[Receiver, ...]:
    """Every `[[webhook]]` of the file. Raises BadInput naming file, line, field and remedy for the first mistake."""
    file = SectionFile(
        path, "webhook", setting="webhooks_file", called="receivers", most=_MOST, largest_kib=_LARGEST_KIB
    )
    found: list[Receiver] = []
    for number in range(len(file.sections)):
        receiver = _receiver(file, number, outward)
        if any(other.name == receiver.name for other in found):
            raise file.wrong(number, "name", f"the name {receiver.name!r} is taken", "Choose another.")
        found.append(receiver)
    return tuple(found)


def secret_bytes(text: str, *, where: str) -> bytes:
    """`whsec_…` as Standard Webhooks write a secret. Raises BadInput for one that is too short or none at all."""
    remedy = "Make one with `siaga webhooks secret`."
    if not text.startswith(SECRET_PREFIX):
        raise BadInput(f"the secret does not begin with {SECRET_PREFIX}", where=where, remedy=remedy)
    try:
        secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        raise BadInput(f"what follows {SECRET_PREFIX} is not base64", where=where, remedy=remedy) from None
    if not SHORTEST_SECRET <= len(secret) <= _LONGEST_SECRET:
        raise BadInput(
            f"the secret has {len(secret)} bytes, not {SHORTEST_SECRET} to {_LONGEST_SECRET}",
            where=where,
            remedy=remedy,
        )
    if len(set(secret)) < SHORTEST_SECRET // 3:
        raise BadInput("the secret repeats itself: nobody drew it", where=where, remedy=remedy)
    return secret


def _receiver(file: SectionFile, number: int, outward: Outward) -> Receiver:
    file.check_known(number, _FIELDS)
    name = _word(file, number, "name")
    file.check_id(number, name)
    audience = file.sections[number].get("audience", "public")
    if audience not in {"public", "staff"}:
        raise file.wrong(number, "audience", f"{audience!r} is not one of them", "Choose one of: public, staff.")
    emergency = file.sections[number].get("emergency", False)
    if not isinstance(emergency, bool):
        raise file.wrong(number, "emergency", f"{emergency!r} is neither true nor false", "Write true without quotes.")
    url = _word(file, number, "url")
    target = outward.judge(url, where=file.where(number, "url"))
    circle = cast(Literal["public", "staff"], audience)
    return Receiver(name, target, _secrets(file, number), circle, emergency)


def _secrets(file: SectionFile, number: int) -> tuple[bytes, ...]:
    _word(file, number, "secret_file")
    path, text = file.secret_of(number)
    words = text.split()
    if not 1 <= len(words) <= 2:
        raise BadInput(
            f"holds {len(words)} secrets",
            where=str(path),
            remedy="One a line: one, or two while the new one replaces the old.",
        )
    return tuple(secret_bytes(word, where=str(path)) for word in words)


def _word(file: SectionFile, number: int, name: str) -> str:
    value = file.sections[number].get(name)
    if not isinstance(value, str) or not value.strip():
        raise file.wrong(number, name, "a text is expected", f'Write {name} = "…".')
    return value
