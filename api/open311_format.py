"""Open311 GeoReport v2 on the wire: the same values as XML (required) and as JSON (arrays, no root). Pure.

Source: open311.github.io, GeoReport v2, and its rule for JSON ("Spark": lists at top level, empty values null).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from lxml import etree
from starlette.responses import Response

from contract.clock import SECOND_US, from_us

Format = Literal["xml", "json"]
TYPES: Mapping[Format, str] = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
Value = Any

# What XML 1.0 cannot carry at all, even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def moment(us: int, zone: str) -> str:
    """ISO 8601 with the city's own offset, whole seconds: `2026-01-24T10:00:00+07:00`."""
    whole_us = us - us % SECOND_US
    return from_us(whole_us).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def printable(text: str) -> str:
    """The text without what XML 1.0 cannot carry at all."""
    return _NO_XML.sub("", text)


def parse_moment(text: str) -> datetime:
    """An aware datetime. Raises ValueError where it is not ISO 8601 or has no zone."""
    parsed = datetime.fromisoformat(text.strip().replace(" ", "+"))  # a "+" that a form has turned into a space
    if parsed.tzinfo is None:
        raise ValueError("a date needs its zone: 2026-01-24T10:00:00+07:00 or …Z")
    return parsed


def _element(name: str, value: Value, item: str | None = None) -> etree._Element:
    element = etree.Element(name)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            element.append(_element(key, inner, _ITEMS.get(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            element.append(_element(item or "item", inner))
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = printable(str(value))
    return element


_ITEMS: Mapping[str, str] = {
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
    "notes": "note",
}


def _to_json(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {key: _to_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(inner) for inner in value]
    return None if value == "" else value


def body(fmt: Format, root: str, item: str | None, value: Value) -> bytes:
    """`root` and `item` name the XML elements; JSON has neither."""
    if fmt == "json":
        return json.dumps(_to_json(value), ensure_ascii=False).encode()
    tree = _element(root, value, item)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="utf-8"))


def part(fmt: Format, item: str, value: Value) -> bytes:
    """One of a list, for `joined`."""
    if fmt == "json":
        return json.dumps(_to_json(value), ensure_ascii=False).encode()
    return bytes(etree.tostring(_element(item, value), encoding="utf-8"))


def joined(fmt: Format, root: str, parts: Sequence[bytes]) -> bytes:
    """The body of a list whose parts are told already: letter for letter what `body` makes of it."""
    if fmt == "json":
        return b"[" + b", ".join(parts) + b"]"
    if not parts:
        return body(fmt, root, None, [])
    name = root.encode()
    return b"<?xml version='1.0' encoding='utf-8'?>\n<" + name + b">" + b"".join(parts) + b"</" + name + b">"


def answer(fmt: Format, root: str, item: str | None, value: Value, status: int = 200) -> Response:
    """An HTTP answer in the asked format."""
    return Response(body(fmt, root, item, value), status_code=status, headers={"content-type": TYPES[fmt]})


def format_of(path: str) -> Format:
    """By the address's ending; XML is the one every client must read."""
    return "json" if path.endswith(".json") else "xml"


def error(path: str, code: int, description: str) -> Response:
    """The specification's error body."""
    return errors(format_of(path), code, [description])


def errors(fmt: Format, code: int, descriptions: Sequence[str]) -> Response:
    """Several things may be wrong at once; all are said."""
    value = [{"code": code, "description": text} for text in descriptions]
    return answer(fmt, "errors", "error", value, status=code)
