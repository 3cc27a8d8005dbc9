"""What came back from another system, read as data; what is none is said in words."""

from __future__ import annotations

import json
from typing import Any

from complaints.outward import Answer
from contract.errors import Rejected, Unanswered, Unavailable

_SHOWN = 160
_NOT_NOW = frozenset({429, 503})
_LOCKED = frozenset({401, 403, 404, 405})


def settled(answer: Answer, host: str, *, changes: bool) -> Answer:
    """The answer where it is a good one. `changes`: the request would have changed something, so that what failed
    half-way may have been done.

    Raises Rejected for a change that the system will never take, Unavailable for what it has not taken now, Unanswered
    where nobody can know.
    """
    half = Unanswered if changes else Unavailable
    page = _is_page(answer)
    if 200 <= answer.status < 300:
        if page:
            raise half(f"{host} answered with a web page where data was asked: {_glance(answer)}")
        if answer.cut:
            raise half(f"{host} answered with more than can be read")
        return answer
    said = f"{host} answered {answer.status}: {_glance(answer)}"
    if answer.status in _NOT_NOW:
        raise Unavailable(said, retry_after_s=_wait_s(answer))
    if answer.status >= 500:
        raise half(said)
    # A web page with a 400 is a gateway's on the way, not the system's word.
    if not changes or answer.status in _LOCKED or page or 300 <= answer.status < 400:
        raise Unavailable(said, mend="systems_file")
    raise Rejected(said, reason="refused")


def read_json(answer: Answer, host: str, *, changes: bool) -> Any:
    """What it holds. Raises as `settled` does for what is no JSON."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        what = f"{host} answered what is no JSON: {_glance(answer)}"
        raise (Unanswered(what) if changes else Unavailable(what)) from None


def at(value: Any, path: str) -> str:
    """The text at a path such as `data.0.id`, "" where there is none."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return ""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _is_page(answer: Answer) -> bool:
    start = answer.body[:200].lstrip().lower()
    said = answer.headers.get("content-type", "").lower()
    return "text/html" in said or start.startswith((b"<!doctype html", b"<html"))


def _glance(answer: Answer) -> str:
    text = " ".join(answer.body[:2_000].decode("utf-8", "replace").split())
    shown = "".join(letter for letter in text if letter.isprintable())[:_SHOWN]
    return shown or "nothing"


def _wait_s(answer: Answer) -> float | None:
    wait = answer.headers.get("retry-after", "")
    return float(wait) if wait.isdecimal() else None
