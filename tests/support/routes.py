"""What FastAPI reads from a handler's signature, read once a process rather than once an application.

A thousand tests each build the whole application: of that, working out 190 signatures is half. The product builds one
application a process and would gain nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, replace
from functools import cache
from typing import Any

from fastapi import routing
from fastapi.dependencies.models import Dependant

PLAIN = (str, int, float, bool, type(None))
ANALYSE: Callable[..., Dependant] = vars(routing)["get_dependant"]
ANSWERS: Callable[[Any], Any] = vars(routing)["get_typed_return_annotation"]


@cache
def remember() -> None:
    """From now on handlers that the same lines made, with the same defaults, are analysed once for each path.

    An annotation knows nothing but its module, so it says the same in every application.
    """
    seen: dict[Hashable, Dependant] = {}
    said: dict[Hashable, Any] = {}

    def remembered(*, path: str, call: Any, scope: str) -> Dependant:
        lines = _lines(call)
        if lines is None:
            return ANALYSE(path=path, call=call, scope=scope)
        key = (lines, path, scope)
        if key not in seen:
            seen[key] = ANALYSE(path=path, call=call, scope=scope)
        return _of(seen[key], call)

    def answered(call: Any) -> Any:
        lines = _lines(call)
        if lines is None:
            return ANSWERS(call)
        if lines not in said:
            said[lines] = ANSWERS(call)
        return said[lines]

    vars(routing).update(get_dependant=remembered, get_typed_return_annotation=answered)


def _lines(call: Any) -> Hashable | None:
    """What made the handler; None where a default may be of one application only, or where it is no plain function."""
    code = getattr(call, "__code__", None)
    if code is None or hasattr(call, "__wrapped__"):
        return None
    held = (*(call.__defaults__ or ()), *(call.__kwdefaults__ or {}).values())
    return (code, tuple((type(one), one) for one in held)) if all(type(one) in PLAIN for one in held) else None


def _of(found: Dependant, call: Any) -> Dependant:
    """The same for another handler, with lists of its own: a router adds its dependencies to them."""
    lists = {one.name: list(held) for one in fields(found) if isinstance(held := getattr(found, one.name), list)}
    return replace(found, call=call, **lists)
