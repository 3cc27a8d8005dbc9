"""What a city's other systems are told: each change of an incident that people are told, as a JSON message. Pure.

A receiver may sound a siren, so that what it is told and what expires is decided here with care: the opening, every
level and the all-clear go out at least once however long it takes; that a gauge fell silent, or is heard again, is
worth telling for an hour. What goes out later than an hour after it was decided says so (`late`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from alerts.engine import Transition
from alerts.orders import Said
from alerts.tellings import Overflow, Saying
from alerts.timing import Reason
from alerts.words import Words, place_name
from contract.addresses import Target
from contract.bulletin import Bulletin
from contract.clock import HOUR_US, rfc3339
from contract.incident import WATER, Audience, Change, Incident, What
from contract.levels import Level
from store.ports import Event, Outgoing, Placement

NEWS_US = HOUR_US
_CHANNEL = "webhook/"
_TYPES: Mapping[What, str] = {
    What.OPENED: "incident.opened",
    What.LEVEL: "incident.level",
    What.NO_DATA: "incident.silent",
    What.DATA_BACK: "incident.heard",
    What.UPDATED: "incident.updated",
    What.RESOLVED: "incident.all_clear",
}
_WARNINGS: Mapping[Said, str] = {
    "order": "order",
    "over": "order_over",
    "confirmed": "confirmed",
    "correction": "correction",
}
_ORDERS: frozenset[Said] = frozenset({"order", "over"})
_DIGESTS: Mapping[Reason, str] = {Reason.ALL_CLEAR: "event.all_clear", Reason.REMINDER: "event.reminder"}
_UNITS: Mapping[str, str] = {"flood": "cm", "rise": "cm", "outage": "s"}
_UPDATES = frozenset({What.NO_DATA, What.DATA_BACK})


@dataclass(frozen=True, slots=True)
class Receiver:
    """A system that is told. `secrets` sign what it is told: one, or two while one replaces the other. `audience`:
    `public` is told what everybody is, `staff` also what only staff are. `emergency`: it sends help out (a 112 centre)
    and hears of water that has reached the highest level and of orders to leave alone, to their end."""

    name: str
    target: Target
    secrets: tuple[bytes, ...] = field(repr=False)
    audience: Literal["public", "staff"] = "public"
    emergency: bool = False

    @property
    def channel(self) -> str:
        """Its own way out of the outbox."""
        return _CHANNEL + self.name

    def hears(self, incident: Incident) -> bool:
        if self.emergency and not (incident.subject in WATER and incident.peak is Level.AWAS):
            return False
        return incident.audience == "public" or (incident.audience == "staff" and self.audience == "staff")


class Webhooks:
    """The rows of a city's receivers, written in the same transaction as what they tell of."""

    def __init__(self, receivers: Sequence[Receiver], base_url: str) -> None:
        self._receivers = tuple(receivers)
        self._base_url = base_url.rstrip("/")

    def rows(self, saying: Saying, place: Placement, words: Words, now_us: int) -> list[Outgoing]:
        """What this means to each receiver that may hear of it."""
        transition = saying.transition
        said = words.sentence(transition, place)
        if said is None:
            return []
        if saying.counted:
            return self._digest(saying, place, said["title"], words.counted(saying, place, now_us), now_us)
        return self._rows(transition.incident, transition.change, transition.event, said, now_us, place, saying)

    def bulletin(
        self, bulletin: Bulletin, said: Said, transition: Transition, place: Placement | None, now_us: int
    ) -> list[Outgoing]:
        """An order, its end, a confirmation or a correction. Whoever hears of floods hears of these."""
        event = transition.event
        data = {
            "city": bulletin.city,
            "bulletin": bulletin.id,
            "incident": bulletin.incident,
            "event": bulletin.event,
            "number": bulletin.number,
            "level": bulletin.level.name,
            "value": bulletin.value_cm,
            "unit": "cm",
            "silent": bulletin.silent,
            "ground": bulletin.ground or None,
            "witness": bulletin.witness or None,
            "witness_en": bulletin.witness_en or bulletin.witness or None,
            "signed_by": bulletin.signed_by,
            "confirmed": bulletin.confirmed,
            "corrects": bulletin.corrects or None,
            "text": dict(bulletin.text),
            "place": None if place is None else _place(place),
            "url": f"{self._base_url}/sungai/{bulletin.node}",
            "api_url": f"{self._base_url}/api/v1/bulletins/{bulletin.id}",
        }
        body = message(f"warning.{_WARNINGS[said]}", bulletin.at_us, data)
        return [
            replace(row, expires_us=bulletin.expires_us)
            for row in self._to(
                "public",
                body,
                f"bulletin/{bulletin.id}",
                event,
                event.id,
                now_us,
                receivers=[
                    one
                    for one in self._receivers
                    if not one.emergency or said in _ORDERS or one.hears(transition.incident)
                ],
            )
        ]

    def overflow(self, overflow: Overflow, words: Words, now_us: int) -> list[Outgoing]:
        """That events are held back, for receivers of staff."""
        data = {
            "city": overflow.lead.event.city,
            "held_back": overflow.held_back,
            "text": words.overflow(overflow, now_us),
            "url": self._base_url,
        }
        key = f"{overflow.event}/{overflow.number}"
        return self._to("staff", message("alerts.held_back", now_us, data), key, overflow.lead.event, "", now_us)

    def _digest(
        self, saying: Saying, place: Placement, title: Mapping[str, str], text: Mapping[str, str], now_us: int
    ) -> list[Outgoing]:
        event, incident = saying.transition.event, saying.transition.incident
        kind = _DIGESTS.get(saying.reason, "event.changed")
        data = {
            "city": event.city,
            "event": event.id,
            "subject": event.subject,
            "rule": event.rule,
            "audience": incident.audience,
            "cause": event.cause or None,
            **_counts(saying),
            "title": dict(title),
            "text": dict(text),
            "place": _place(place),
            "url": self._base_url + ("/wifi" if event.subject == "outage" else f"/sungai/{incident.node}"),
        }
        circle = "staff" if saying.reason is Reason.REMINDER else incident.audience
        key = f"{event.id}/digest/{saying.number}"
        return self._to(circle, message(kind, now_us, data), key, event, event.id, now_us)

    def _to(
        self,
        circle: Audience,
        body: Mapping[str, Any],
        key: str,
        event: Event,
        order: str,
        now_us: int,
        *,
        receivers: Sequence[Receiver] | None = None,
    ) -> list[Outgoing]:
        """One message to everybody of a circle, of `receivers` where they are given, else of all that are for no
        emergencies alone. `order`: the event in whose order it stands, empty for none."""
        among = [one for one in self._receivers if not one.emergency] if receivers is None else receivers
        return [
            Outgoing(
                key=f"{receiver.channel}/{key}",
                city=event.city,
                channel=receiver.channel,
                event=order,
                body=dict(body),
                created_us=now_us,
            )
            for receiver in among
            if circle == "public" or (circle == "staff" and receiver.audience == "staff")
        ]

    def unwatched(
        self, incident: Incident, change: Change, event: Event, text: Mapping[str, str], now_us: int
    ) -> list[Outgoing]:
        """The same for an incident whose place is no longer known."""
        return self._rows(
            incident, change, event, {"title": {"id": event.name, "en": event.name}, "text": text}, now_us
        )

    def _rows(
        self,
        incident: Incident,
        change: Change,
        event: Event,
        said: Mapping[str, Mapping[str, str]],
        now_us: int,
        place: Placement | None = None,
        saying: Saying | None = None,
    ) -> list[Outgoing]:
        kind = _TYPES.get(change.what)
        if kind is None:
            return []
        of_river = incident.subject in WATER or incident.begins_us is not None
        page = f"/sungai/{incident.node}" if of_river else "/wifi"
        body = message(
            kind,
            change.at_us,
            {
                "city": incident.city,
                "incident": incident.id,
                "event": incident.event,
                "change": change.number,
                "subject": incident.subject,
                "rule": incident.rule,
                "audience": incident.audience,
                "level": None if change.level is None else change.level.name,
                "silent": incident.no_data,
                "source": change.source,
                "value": change.value,
                "unit": _UNITS.get(incident.subject, "1"),
                "decided_at": rfc3339(change.said_us),
                "recurs_event": event.recurs,
                **({} if saying is None else _counts(saying)),
                "title": dict(said["title"]),
                "text": dict(said["text"]),
                "place": None if place is None else _place(place),
                "url": self._base_url + page,
                "api_url": f"{self._base_url}/api/v1/incidents/{incident.id}",
            },
        )
        return [
            Outgoing(
                key=f"{receiver.channel}/{incident.id}/{change.number}",
                city=incident.city,
                channel=receiver.channel,
                event=incident.event,
                body=body,
                created_us=now_us,
                expires_us=now_us + NEWS_US if change.what in _UPDATES else None,
            )
            for receiver in self._receivers
            if receiver.hears(incident)
        ]


def _counts(saying: Saying) -> dict[str, int]:
    """How many incidents the event has had, and how many of them are open."""
    return {"opened": saying.opened, "open": saying.opened - saying.over}


def message(kind: str, at_us: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope that Standard Webhooks recommends: what, when it was so, and the facts."""
    return {"type": kind, "timestamp": rfc3339(at_us), "data": dict(data)}


def _place(place: Placement) -> dict[str, Any]:
    return {
        "node": place.node,
        "name": place_name(place),
        "site": place.site,
        "region": place.region,
        "lat": place.lat,
        "lon": place.lon,
        "river": place.river,
    }


def trial_row(receiver: Receiver, city: str, now_us: int) -> Outgoing:
    """A message that tells of nothing, to try the way."""
    text = {"id": "Ini uji coba. Tidak ada kejadian.", "en": "This is a test. Nothing has happened."}
    return Outgoing(
        key=f"{receiver.channel}/test/{now_us}",
        city=city,
        channel=receiver.channel,
        event="",
        body=message("siaga.test", now_us, {"city": city, "text": text}),
        created_us=now_us,
    )
