"""What a broken node says on its own topics. Every one of these must be refused, and none may harm anybody else."""

from __future__ import annotations

from contract import topics

_TOO_LARGE = b'{"v":1,"x":"' + b"x" * 70_000 + b'"}'

_PAYLOADS = (
    b"\xff\xfe\x00\x01 not text at all",
    b'{"v":1,"readings":[',
    b"{}",
    b'{"v":1,"city":"elsewhere","node":"somebody-else","readings":[{"level_cm":NaN}]}',
    b'[[[[[[[["nested"]]]]]]]]',
    _TOO_LARGE,
)


def junk(city: str, node: str, number: int) -> tuple[str, bytes]:
    """(topic, payload) of a node's `number`th piece of junk. Never retained: it must not outlive its node."""
    payload = _PAYLOADS[number % len(_PAYLOADS)]
    topic = topics.status(city, node) if number % 3 == 2 else topics.readings(city, node)
    return topic, payload
