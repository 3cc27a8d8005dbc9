"""How the audit log and the list of those who were turned away are said to people: words for what both keep short.

A word that nobody knows here, of a later version or of somebody who knocked, is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.context import Context
from api.language import Speech
from api.policy import Caller
from contract.city import Text
from store.people import SecurityEvent

DEEDS: tuple[str, ...] = (
    "person.invited",
    "person.joined",
    "person.linked",
    "person.proposed",
    "person.role",
    "person.password",
    "person.disabled",
    "person.enabled",
    "person.erased",
    "proposal.withdrawn",
    "proposal.refused",
    "session.opened",
    "session.ended",
    "sign_in.failed",
    "key.made",
    "key.revoked",
    "post.link_made",
    "post.link_revoked",
    "post.keyed",
    "post.confirmed",
    "post.announced",
    "case.reported",
    "case.replied",
    "case.report_erased",
    "case.heard",
    "case.worked",
    "case.photo",
    "case.takedown_asked",
    "case.takedown_answered",
    "city.apply",
    "city.import",
    "city.learn",
    "node.adopt",
    "quarantine.adopt",
    "ca.issue",
    "ca.renew",
    "ca.revoke",
    "alarm.acknowledged",
    "alarm.released",
    "alarm.assigned",
    "alarm.commented",
    "alarm.silenced",
    "alarm.unsilenced",
    "alarm.window",
    "alarm.window_ended",
    "alarm.read_on_site",
    "alarm.end",
    "alarm.confirmed",
    "alarm.ordered",
    "alarm.called_wrong",
    "alarm.seen_on_camera",
    "drill.begun",
    "drill.ended",
    "stage.proposed",
    "stage.promoted",
    "stage.lowered",
    "stage.withdrawn",
    "stage.refused",
    "verdict.given",
    "miss.entered",
    "miss.withdrawn",
    "situation.told",
    "situation.corrected",
    "situation.ended",
    "impact.proposed",
    "impact.agreed",
    "impact.withdrawn",
    "impact.refused",
    "contact.added",
    "contact.altered",
    "contact.ended",
    "contact.linked",
    "contact.looked",
    "relay.done",
    "relay.unable",
    "relay.undo",
    "phrase.worded",
    "phrase.signed",
    "phrase.unsigned",
    "recording.kept",
    "recording.removed",
    "siren.sounded",
    "siren.stopped",
    "duty.planned",
    "duty.removed",
    "duty.way",
    "duty.way_gone",
    "duty.paused",
)
"""in the order in which the form offers them"""
FAMILIES: tuple[str, ...] = (
    "person.",
    "session.",
    "key.",
    "post.",
    "ca.",
    "alarm.",
    "case.",
    "drill.",
    "stage.",
    "miss.",
    "situation.",
    "impact.",
    "contact.",
    "relay.",
    "phrase.",
    "recording.",
    "siren.",
    "duty.",
)
"""beginnings by which a whole family of deeds is found"""
FACTS: tuple[str, ...] = (
    "agency", "alone", "at", "cm", "contacts", "days", "decision", "drill", "everywhere", "how", "impact", "kind",
    "language", "level", "minutes", "node", "nodes", "pairs", "phrase", "proposed_by", "quality", "readings", "regions",
    "retime", "role",
    "rw", "serial", "site", "stage", "until", "verdict", "what",
)  # fmt: skip
REASONS: tuple[str, ...] = (
    "acl_denied", "bad_key", "bad_link", "bad_openid", "bad_password", "bad_signature", "broker_refused",
    "certificate_refused", "csrf", "denied", "foreign_origin", "foreign_subscription", "forged_will", "kicked",
    "no_certificate", "no_tls", "protocol_violation", "too_large", "too_many_connections", "too_many_tries",
    "too_much", "two_at_once", "unknown_node", "wrong_identity", "wrong_listener", "wrong_topic",
)  # fmt: skip
ID = re.compile("[0-9a-f]{32}")
KNOCKS: tuple[str, ...] = (
    "sign in",
    "own password",
    "one-time link",
    "keeper link",
    "rw link",
    "inbound message",
    "following link",
)
WAYS: tuple[str, ...] = ("password", "new password", "invitation", "openid")


@dataclass(frozen=True, slots=True)
class Telling:
    """Of one city in one language. `names`: what an id is called, of people, keys and regions."""

    speech: Speech
    names: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, Text] = field(default_factory=dict)

    def deed(self, what: str) -> str:
        """What was done; of a beginning, all that begins so."""
        return self._word("deed", what.removesuffix("."), what)

    def who(self, actor: str) -> str:
        """A person, a program, or whoever sits at the server."""
        if actor.startswith("cli:"):
            return self.speech("actor_server", number=actor.removeprefix("cli:"))
        return self.names.get(actor) or self._word("actor", actor, actor[:12])

    def fact(self, name: str, value: object) -> str:
        """One fact of a deed, with what it is: `Peran: Petugas`."""
        return f"{self._word('fact', name, name)}: {self._value(name, value)}"

    def reason(self, what: str) -> str:
        """Why somebody was turned away."""
        return self._word("turned", what, what)

    def knock(self, event: SecurityEvent) -> str:
        """At what they were turned away, where there is a word for it; else "", and the detail speaks for itself."""
        return self._word("knock", event.detail, "") if event.detail in KNOCKS else ""

    def claimed(self, event: SecurityEvent) -> str:
        """Who they said they were; of a number that stands for somebody, its beginning."""
        name = self.names.get(event.claimed, event.claimed)
        return f"{name[:8]}…" if ID.fullmatch(name) else name

    def _value(self, name: str, value: object) -> str:
        if isinstance(value, bool):
            return self.speech("yes" if value else "no")
        if isinstance(value, int):
            return self.speech.number(value)
        text = str(value)
        if name == "agency" and text in self.agencies:
            return self.agencies[text].in_(self.speech.language)
        if name == "regions":
            return ", ".join(self.names.get(one, one) for one in text.split())
        prefix = {
            "role": "role",
            "how": "way",
            "what": "proposed",
            "kind": "kind",
            "stage": "audience",
            "verdict": "verdict",
            "impact": "impact_change",
        }.get(name, "")
        return self._word(prefix, text, self.names.get(text, text)) if prefix else self.names.get(text, text)

    def _word(self, prefix: str, short: str, otherwise: str) -> str:
        key = f"{prefix}_{short.replace('.', '_').replace(' ', '_').replace('-', '_')}"
        return self.speech(key) if self.speech.knows(key) else otherwise


def at_the_doors(context: Context, speech: Speech, caller: Caller) -> Telling:
    """For the list of who was turned away. Whose account a number is, administrators alone may know."""
    if caller.role != "admin":
        return Telling(speech)
    people = {one.id: one.account for one in context.people.people(context.city) if one.account}
    return Telling(speech, {**programs_and_keepers(context), **people})


def programs_and_keepers(context: Context) -> dict[str, str]:
    """What keys and keepers' links are called, by their ids."""
    keys = {one.id: one.label for one in context.people.keys(context.city)}
    return {**keys, **{one.id: one.name for one in context.people.post_links(context.city)}}
