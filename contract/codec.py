"""Bytes to messages and back. Every refusal names the path of the field, what was there and what would do."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from contract.errors import BadInput
from contract.kinds import KINDS
from contract.messages import MAX_MESSAGE_BYTES

M = TypeVar("M", bound=BaseModel)
_SHOWN = 60


def encode(message: BaseModel) -> bytes:
    """UTF-8 JSON. Raises BadInput where the message would exceed the wire's 64 KiB."""
    data = message.model_dump_json(exclude_defaults=False, exclude_none=True).encode()
    if len(data) > MAX_MESSAGE_BYTES:
        raise BadInput(
            f"a message of {len(data)} bytes is over the {MAX_MESSAGE_BYTES} the wire allows",
            where=type(message).__name__,
            remedy="Send fewer readings in a batch.",
        )
    return data


def decode(model: type[M], payload: bytes) -> M:
    """The message in `payload`. Raises BadInput with the path of the first wrong field."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise BadInput(
            f"{len(payload)} bytes are over the {MAX_MESSAGE_BYTES} the wire allows",
            where=model.__name__,
            remedy="Send fewer readings in a batch.",
        )
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        raise explained(error, model.__name__) from None


def explained(error: ValidationError, message: str, at: tuple[int | str, ...] = ()) -> BadInput:
    """The first mistake with its path in the JSON, and how many more there are. `at` is where in `message` the part
    stands that was judged."""
    errors = error.errors(include_url=False, include_context=False)
    first = errors[0]
    # A list that lost its one wrong item is also "too short": that is an echo, not a second mistake.
    errors = [other for other in errors if other is first or first["loc"][: len(other["loc"])] != other["loc"]]
    path = _path((*at, *first["loc"])) or "the whole message"
    what = first["msg"].removeprefix("Value error, ")
    given = repr(first.get("input"))
    shown = given if len(given) <= _SHOWN else given[:_SHOWN] + "…"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return BadInput(f"{what}, got {shown}{more}", where=f"{message}: {path}")


def _path(loc: tuple[int | str, ...]) -> str:
    """`readings.0.values.level_cm`: the path in the JSON, without the kind that pydantic adds after an index."""
    named = [part for i, part in enumerate(loc) if not (part in KINDS and i and isinstance(loc[i - 1], int))]
    return ".".join(str(part) for part in named)
