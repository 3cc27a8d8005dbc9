"""What becomes of an alert that was read: kept or not, what it ends, and who is told what. Pure.

Only what is real, public and of now is kept. An Update ends what it names, a Cancel takes it back; either may come
before what it is about, which is then not taken any more. Where another warning as grave stood already, people are told
of an update; elsewhere it is the first word. Whom a warning leaves without another is told that it no longer holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from alerts.weather.area import kecamatan_touched
from alerts.weather.cap import Alert, Info
from alerts.weather.words import What, brief_of, text_of
from cities.cells import Cell
from contract.city import Profile
from contract.clock import MINUTE_US
from contract.errors import BadInput
from contract.levels import Level
from contract.notice import Notice
from contract.weather import CREDIT, LONGEST_US, SEVERITIES, USUAL_US, WeatherWarning

AHEAD_US = 15 * MINUTE_US
"""a message that was sent so much later than now: one of the two clocks is wrong"""
PAGE = "/cuaca"
_SPACE = UUID("0b6c1d0e-93a6-5b6f-8a67-2f0d4b9c7e11")


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be kept: the warning, the identifiers that it ends, and what residents are told."""

    warning: WeatherWarning
    ended: tuple[str, ...]
    notices: tuple[Notice, ...]


def concerns(alert: Alert, cells: Sequence[Cell], known: Iterable[WeatherWarning]) -> bool:
    """Whether it is to be judged at all: real, public, new, and of this city by place or by what it refers to."""
    known = list(known)
    if alert.status != "Actual" or alert.scope not in {"", "Public"} or any(one.id == alert.id for one in known):
        return False
    if alert.kind not in {"Alert", "Update", "Cancel"}:
        return False
    refers = any(one.id in alert.references and one.regions for one in known)
    return refers or (alert.kind != "Cancel" and bool(kecamatan_touched(alert.info, cells)))


def judge(
    alert: Alert,
    english: Info | None,
    profile: Profile,
    cells: Sequence[Cell],
    known: Sequence[WeatherWarning],
    now_us: int,
) -> Judged:
    """`english`: what it says in English, where that stands elsewhere; `known`: what is kept already, as it stands now.
    Raises BadInput where its time cannot be true."""
    if alert.sent_us > now_us + AHEAD_US:
        minutes = round((alert.sent_us - now_us) / MINUTE_US)
        raise BadInput(f"it was sent {minutes} min from now", remedy="Look at this machine's clock.")
    warning = _warning(alert, english, profile, cells, known, now_us)
    held = [one for one in known if one.holds(now_us)]
    ends = [one for one in held if one.id in alert.references]
    stays = [one for one in held if one not in ends] + ([warning] if warning.holds(now_us) else [])
    news = _news(warning, held, profile, now_us)
    over = _over(warning, ends, stays, {one.event for one in news}, profile, now_us)
    return Judged(warning, tuple(one.id for one in ends), (*news, *over))


def _warning(
    alert: Alert,
    english: Info | None,
    profile: Profile,
    cells: Sequence[Cell],
    known: Sequence[WeatherWarning],
    now_us: int,
) -> WeatherWarning:
    info = alert.info
    infos = {"id": info, "en": english or alert.infos.get("en") or info}
    before = [one for one in known if one.id in alert.references]
    replaced = [one for one in known if alert.id in one.references]
    ends_us = info.expires_us if info.expires_us is not None else alert.sent_us + USUAL_US
    return WeatherWarning(
        id=alert.id,
        city=profile.code,
        root=min(before, key=lambda one: one.sent_us).root if before else alert.id,
        sent_us=alert.sent_us,
        onset_us=info.onset_us if info.onset_us is not None else alert.sent_us,
        expires_us=min(ends_us, alert.sent_us + LONGEST_US),
        kept_us=now_us,
        severity=info.severity,
        certainty=info.certainty,
        urgency=info.urgency,
        event={language: one.event or one.headline or "?" for language, one in infos.items()},
        headline={language: one.headline for language, one in infos.items()},
        description={language: one.description for language, one in infos.items()},
        regions=() if alert.kind == "Cancel" else kecamatan_touched(info, cells),
        references=alert.references,
        sender=alert.sender,
        web=info.web,
        ended_us=now_us if replaced else None,
        ended_by=replaced[0].id if replaced else "",
    )


def _news(warning: WeatherWarning, held: Sequence[WeatherWarning], profile: Profile, now_us: int) -> list[Notice]:
    """The first word where nothing as grave stood, an update where something did."""
    if not warning.holds(now_us):
        return []
    stood = [one for one in held if SEVERITIES.index(one.severity) <= SEVERITIES.index(warning.severity)]
    again = {region for region in warning.regions if any(one.covers(region) for one in stood)}
    roots = {one.root for one in stood if again & set(one.regions)}
    first = set(warning.regions) - again
    parts: Mapping[What, Collection[str]] = {"first": first, "again": again}
    return [
        _notice(what, warning, sorted(regions), min(roots) if what == "again" else warning.root, profile, now_us)
        for what, regions in parts.items()
        if regions
    ]


def _over(
    warning: WeatherWarning,
    ends: Sequence[WeatherWarning],
    stays: Sequence[WeatherWarning],
    said_now: Collection[str],
    profile: Profile,
    now_us: int,
) -> list[Notice]:
    """Of each warning that ends: to the kecamatan that no other one covers. What is said now of the same event
    elsewhere is not to be made old by it (`said_now`)."""
    found = []
    for one in ends:
        left = sorted(region for region in one.regions if not any(other.covers(region) for other in stays))
        if left:
            event = f"{one.root}/over" if one.root in said_now else one.root
            found.append(_notice("over", one, left, event, profile, now_us, by=warning.id))
    return found


def _notice(
    what: What,
    warning: WeatherWarning,
    regions: Sequence[str],
    event: str,
    profile: Profile,
    now_us: int,
    *,
    by: str = "",
) -> Notice:
    over = what == "over"
    return Notice(
        id=str(uuid5(_SPACE, "/".join((profile.code, warning.id, what, by)))),
        city=profile.code,
        topic="bmkg",
        at_us=now_us,
        expires_us=warning.expires_us,
        event=event,
        level=Level.NORMAL if over else warning.level,
        text=text_of(what, warning, regions, profile, now_us),
        brief=brief_of(what, warning, regions, profile, now_us),
        regions=tuple(regions),
        update=what != "first",
        credit=CREDIT,
        link=PAGE,
    )
