"""A bulletin as an alert of the Common Alerting Protocol (OASIS, CAP 1.2, July 2010). Pure.

One bulletin is one alert, with an `info` in Indonesian and one in English. What became of an incident is a chain: the
first bulletin is an Alert, each later one an Update that names every earlier one that still holds, and a correction is
a Cancel. After a Cancel nothing holds any more, and what follows is an Alert again. A drill is an Exercise, in a chain
of its own.

    level     severity  urgency    response
    AWAS      Extreme   Immediate  Prepare; Evacuate from the order to leave on, for as long as it holds
    SIAGA     Severe    Expected   Prepare
    WASPADA   Minor     Future     Monitor
    all clear Minor     Past       AllClear
    ended     Minor     Past       Assess, and certainty Unknown: by people, while the gauge says nothing
    corrected Unknown   Past       None, and certainty Unlikely
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from api.cap_area import Area
from api.language import say
from api.open311_format import moment, printable
from contract.bulletin import Bulletin
from contract.city import Profile
from contract.clock import HOUR_US
from contract.levels import Level

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
HOLDS_US = 6 * HOUR_US
"""how long an alert holds where its bulletin does not say it; an open flood is told again before that is over"""
OVER_HOLDS_US = HOUR_US
_LANGUAGES = {"id": "id-ID", "en": "en-US"}
_FLOOD = "OET-081"
"""flood, in the event terms of OASIS (OET 1.2)"""


class Gravity(NamedTuple):
    """CAP's three words for how grave something is, and what to do."""

    response: str
    urgency: str
    severity: str
    certainty: str


@dataclass(frozen=True, slots=True)
class About:
    """Whose alerts they are. `sender` is who answers for them: no spaces, no commas. `agency` is the name of the
    office in each language; `page` the address of a bulletin's page, with `{id}` for its id. What a `simulated` city
    says is a Test, so that nobody's dispatch takes it for life."""

    profile: Profile
    sender: str
    agency: dict[str, str]
    page: str
    simulated: bool = False


def chain(bulletin: Bulletin, earlier: Sequence[Bulletin]) -> tuple[str, list[Bulletin]]:
    """The alert's type, and which of the incident's earlier bulletins it names: those that hold when it is sent. What
    ends something names the last one also where that holds no more."""
    before = sorted((one for one in earlier if one.number < bulletin.number), key=lambda one: one.number)
    cancelled = max((one.number for one in before if one.kind == "correction"), default=0)
    before = [one for one in before if one.number > cancelled]
    holding = [one for one in before if expires_us(one) > bulletin.at_us]
    if bulletin.kind in {"correction", "all_clear"}:
        holding = holding or before[-1:]
    if not holding:
        return "Alert", []
    return ("Cancel" if bulletin.kind == "correction" else "Update"), holding


def expires_us(bulletin: Bulletin) -> int:
    """Until when the alert holds."""
    if bulletin.kind in {"correction", "all_clear"}:
        return bulletin.at_us + OVER_HOLDS_US
    return bulletin.expires_us or bulletin.at_us + HOLDS_US


def ordered(bulletin: Bulletin, earlier: Sequence[Bulletin]) -> bool:
    """Whether an order to leave holds when it is said: given, not taken back, and no lower level told since."""
    holds = False
    for one in sorted((*earlier, bulletin), key=lambda one: one.number):
        if one.number <= bulletin.number:
            holds = one.kind == "order" or (holds and one.kind == "fact" and one.level is Level.AWAS)
    return holds


def gravity(bulletin: Bulletin, earlier: Sequence[Bulletin] = ()) -> Gravity:
    """As the table at the head of this file has it. What a silent gauge saw last is likely, not observed."""
    if bulletin.kind == "correction":
        return Gravity("None", "Past", "Unknown", "Unlikely")
    if bulletin.kind == "all_clear" and bulletin.silent:
        return Gravity("Assess", "Past", "Minor", "Unknown")
    if bulletin.kind == "all_clear":
        return Gravity("AllClear", "Past", "Minor", "Observed")
    certainty = "Likely" if bulletin.silent else "Observed"
    if bulletin.level is Level.AWAS:
        response = "Evacuate" if ordered(bulletin, earlier) else "Prepare"
        return Gravity(response, "Immediate", "Extreme", certainty)
    if bulletin.level is Level.SIAGA:
        return Gravity("Prepare", "Expected", "Severe", certainty)
    return Gravity("Monitor", "Future", "Minor", certainty)


def identifier(bulletin: Bulletin) -> str:
    """The alert's own name; it stays for ever."""
    return f"urn:uuid:{bulletin.id}"


def alert(bulletin: Bulletin, earlier: Sequence[Bulletin], areas: Sequence[Area], about: About) -> etree._Element:
    """The alert, unsigned, its elements in the order that the schema asks for."""
    zone = about.profile.zone
    kind, named = chain(bulletin, earlier)
    root = etree.Element(_q("alert"), nsmap={None: NAMESPACE})
    _put(root, "identifier", identifier(bulletin))
    _put(root, "sender", about.sender)
    _put(root, "sent", sent(bulletin.at_us, zone))
    _put(root, "status", _status(bulletin, about))
    _put(root, "msgType", kind)
    _put(root, "source", bulletin.node)
    _put(root, "scope", "Public")
    if bulletin.drill or kind == "Cancel" or about.simulated:
        _put(root, "note", bulletin.text["id"])
    if named:
        _put(root, "references", " ".join(_reference(one, about.sender, zone) for one in named))
    _put(root, "incidents", bulletin.event or bulletin.incident)
    for language in _LANGUAGES:
        root.append(_info(bulletin, gravity(bulletin, earlier), areas, about, language))
    return root


def _status(bulletin: Bulletin, about: About) -> str:
    if about.simulated:
        return "Test"
    return "Exercise" if bulletin.drill else "Actual"


def _info(bulletin: Bulletin, grave: Gravity, areas: Sequence[Area], about: About, language: str) -> etree._Element:
    zone = about.profile.zone
    info = etree.Element(_q("info"))
    _put(info, "language", _LANGUAGES[language])
    _put(info, "category", "Met")
    _put(info, "category", "Safety")
    _put(info, "event", say("cap_flood", language))
    _put(info, "responseType", grave.response)
    _put(info, "urgency", grave.urgency)
    _put(info, "severity", grave.severity)
    _put(info, "certainty", grave.certainty)
    _pair(info, "eventCode", "OET:v1.2", _FLOOD)
    _put(info, "effective", sent(bulletin.at_us, zone))
    _put(info, "onset", sent(bulletin.crossed_us, zone))
    _put(info, "expires", sent(expires_us(bulletin), zone))
    _put(info, "senderName", about.agency[language])
    _put(info, "headline", bulletin.sms.get(language) or bulletin.text[language])
    _put(info, "description", bulletin.text[language])
    if bulletin.kind in {"fact", "order"} and bulletin.script:
        _put(info, "instruction", bulletin.script[language])
    _put(info, "web", about.page.format(id=bulletin.id))
    _put(info, "contact", about.profile.emergency_phone)
    for name, value in _parameters(bulletin):
        _pair(info, "parameter", name, value)
    for area in areas:
        info.append(_area(area, bulletin.regions))
    return info


def _parameters(bulletin: Bulletin) -> list[tuple[str, str]]:
    found = [("siaga:level", str(int(bulletin.level))), ("siaga:kind", bulletin.kind)]
    if bulletin.value_cm is not None:
        found.append(("siaga:level_cm", f"{bulletin.value_cm:g}"))
    if bulletin.ground:
        found.append(("siaga:ground", bulletin.ground))
    found.append(("siaga:confirmed", "true" if bulletin.confirmed else "false"))
    return found


def _area(area: Area, whom: Sequence[str]) -> etree._Element:
    """`whom`: the neighbourhoods that the city's own table names."""
    element = etree.Element(_q("area"))
    _put(element, "areaDesc", f"{area.name}: {', '.join(whom)}" if whom else area.name)
    for ring in area.rings:
        _put(element, "polygon", " ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in ring))
    if area.circle is not None:
        lat, lon, radius_km = area.circle
        _put(element, "circle", f"{lat:.5f},{lon:.5f} {radius_km:g}")
    if area.code:
        _pair(element, "geocode", "KEMENDAGRI", area.code)
    return element


def _reference(bulletin: Bulletin, sender: str, zone: str) -> str:
    return f"{sender},{identifier(bulletin)},{sent(bulletin.at_us, zone)}"


def sent(us: int, zone: str) -> str:
    """Local time with its offset; CAP writes that of UTC as `-00:00`."""
    text = moment(us, zone)
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _put(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _q(name)).text = printable(text)


def _pair(parent: etree._Element, name: str, value_name: str, value: str) -> None:
    element = etree.SubElement(parent, _q(name))
    _put(element, "valueName", value_name)
    _put(element, "value", value)
