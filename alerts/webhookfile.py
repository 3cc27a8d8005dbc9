"""The file of receivers (`webhooks_file`): who else is told, where, and with which secret. Read strictly."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from alerts.webhooks import Receiver
from cities.toml_lines import key_lines, line_of
from complaints.outward import Outward
from contract.errors import BadInput
from contract.topics import valid_id

SECRET_PREFIX = "whsec_"  # noqa: S105  the beginning of every secret, none itself
SHORTEST_SECRET = 24
_LONGEST_SECRET = 64
_LARGEST = 256 * 1024
_MOST = 50
_FIELDS = ("name", "url", "secret_file", "audience")


def load_receivers(path: Path, outward: Outward) -> tuple[Receiver, ...]:
    """Every `[[webhook]]` of the file. Raises BadInput naming file, line, field and remedy for the first mistake."""
    try:
        raw = path.read_bytes()
        text = raw.decode()
        table = tomllib.loads(text) if len(raw) <= _LARGEST else {}
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path), remedy="Check webhooks_file.") from None
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", where=str(path), remedy="Save it as UTF-8.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(
            f"is not TOML: {error}", where=str(path), remedy="Mend the line; text stands in double quotes."
        ) from None
    if len(raw) > _LARGEST:
        raise BadInput(f"has {len(raw)} bytes", where=str(path), remedy=f"At most {_LARGEST}.")
    return _Reader(path, text, table, outward).receivers()


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


class _Reader:
    """Takes the file apart, knowing at each step where it is."""

    def __init__(self, path: Path, text: str, table: Mapping[str, Any], outward: Outward) -> None:
        self._path = path
        self._lines = key_lines(text)
        self._table = table
        self._outward = outward

    def receivers(self) -> tuple[Receiver, ...]:
        for name in self._table:
            if name != "webhook":
                raise self._wrong((name,), "this field is not known", "The file holds [[webhook]] sections alone.")
        listed = self._table.get("webhook", [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise self._wrong(("webhook",), "is no list of sections", "Write [[webhook]] with two brackets.")
        if len(listed) > _MOST:
            raise self._wrong(("webhook",), f"there are {len(listed)} receivers", f"At most {_MOST}.")
        found: list[Receiver] = []
        for number, one in enumerate(listed):
            receiver = self._receiver(number, one)
            if any(other.name == receiver.name for other in found):
                raise self._wrong(
                    ("webhook", number, "name"), f"the name {receiver.name!r} is taken", "Choose another."
                )
            found.append(receiver)
        return tuple(found)

    def _receiver(self, number: int, table: Mapping[str, Any]) -> Receiver:
        for name in table:
            if name not in _FIELDS:
                raise self._wrong(
                    ("webhook", number, name), "this field is not known", f"Known here: {', '.join(_FIELDS)}."
                )
        name = self._word(number, table, "name")
        if not valid_id(name):
            raise self._wrong(
                ("webhook", number, "name"), f"{name!r} is not an id", "Use lower-case letters, digits, single hyphens."
            )
        audience = table.get("audience", "public")
        if audience not in {"public", "staff"}:
            raise self._wrong(
                ("webhook", number, "audience"), f"{audience!r} is not one of them", "Choose one of: public, staff."
            )
        url = self._word(number, table, "url")
        target = self._outward.judge(url, where=self._where(("webhook", number, "url")))
        return Receiver(name, target, self._secrets(number, table), cast(Literal["public", "staff"], audience))

    def _secrets(self, number: int, table: Mapping[str, Any]) -> tuple[bytes, ...]:
        path = self._path.parent / self._word(number, table, "secret_file")
        try:
            words = path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not plain text"
            raise self._wrong(
                ("webhook", number, "secret_file"), f"{path} cannot be read: {why}", "Name the file of its secret."
            ) from None
        if not 1 <= len(words) <= 2:
            raise BadInput(
                f"holds {len(words)} secrets",
                where=str(path),
                remedy="One a line: one, or two while the new one replaces the old.",
            )
        return tuple(secret_bytes(word, where=str(path)) for word in words)

    def _word(self, number: int, table: Mapping[str, Any], name: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(("webhook", number, name), "a text is expected", f'Write {name} = "…".')
        return value

    def _where(self, path: tuple[str | int, ...]) -> str:
        return f"{self._path}, line {line_of(self._lines, path)}: {path[-1]}"

    def _wrong(self, path: tuple[str | int, ...], what: str, remedy: str) -> BadInput:
        return BadInput(what, where=self._where(path), remedy=remedy)
