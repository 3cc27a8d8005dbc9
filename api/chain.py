"""Who passes warnings on, for the pages: whom an officer may see, what a table of contacts says, who stands behind a
link, and which warning is theirs now. Knows no route."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from api import tokens
from api.context import Context
from api.policy import Caller, Reach
from contract.bulletin import Bulletin
from contract.chain import Chain, Contact, ContactRole, Relay, chain_of, check_contact, concerns, standing
from contract.clock import DAY_US, HOUR_US
from contract.errors import BadInput
from contract.impact import dialled, rw_key
from contract.roles import within
from store.people import Deed

COLUMNS: tuple[str, ...] = ("rw", "region", "name", "role", "phone", "language")
UPLOAD_MOST = 500
"""rows of one table: with more, a form is over what the server takes"""
TABLE_CODES: tuple[str, ...] = ("columns", "cells", "rows", "doubled", "empty", "quote")
"""what may be wrong with a table beside its cells; each has its sentence, `contact_wrong_…`"""
ROLE_WORDS: Mapping[str, ContactRole] = {
    "rw": "rw", "rt": "rt", "mosque": "mosque", "masjid": "mosque", "musala": "mosque", "other": "other",
    "lain": "other",
}  # fmt: skip
_BYTES = 16
_NEWS_US = 3 * DAY_US
"""a warning that is older is not looked for"""
_OVER_US = 12 * HOUR_US
"""for so long it is news that something is over or was wrong, where nobody said how long"""
SAYINGS = {"done": "relay.done", "unable": "relay.unable", "undo": "relay.undo"}
"""what a contact may say of a bulletin, and the deed that it is"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line of a table that cannot be kept, and why: `contact_wrong_` and the code is its sentence."""

    line: int
    code: str
    cell: str = ""


class Passing:
    """Raises Unavailable where the database is away, and Rejected as `ChainStore` does."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.regions = {one.code: one.name for one in context.profile.regions}

    # ------------------------------------------------------------ contacts

    def may(self, caller: Caller, reach: Reach) -> bool:
        """Whether somebody sees numbers at all: the command centre, and officers of the agency that signs warnings."""
        if reach is Reach.ANY:
            return True
        agency = self._context.profile.warnings.agency
        return reach is Reach.AREA and bool(agency) and caller.agency == agency

    def contacts(self, caller: Caller, reach: Reach) -> list[Contact]:
        """Those of the caller's area."""
        found = self._context.cities.contacts(self._context.city)
        return [one for one in found if self._is_theirs(caller, reach, one.region)]

    def contact(self, caller: Caller, reach: Reach, contact_id: str) -> Contact | None:
        return next((one for one in self.contacts(caller, reach) if one.id == contact_id), None)

    def read(self, caller: Caller, reach: Reach, cells: Mapping[str, str], known: Contact | None) -> Contact:
        """A contact from its cells, or `known` as it would be then. Raises BadInput; `where` is the cell."""
        now_us = self._context.clock.now_us()
        role = ROLE_WORDS.get(cells.get("role", "").strip().casefold())
        if role is None:
            raise BadInput("this is no role", where="role", remedy=f"One of {', '.join(ROLE_WORDS)}.")
        base = known or Contact(
            id=secrets.token_hex(16), city=self._context.city, rw="", region="", name="", role=role, phone="",
            language="id", checked_us=now_us, created_us=now_us,
        )  # fmt: skip
        made = replace(
            base,
            rw=_one_line(cells.get("rw", "")),
            region=self._region(cells.get("region", "")),
            name=_one_line(cells.get("name", "")),
            role=role,
            phone=_one_line(cells.get("phone", "")),
            language=cells.get("language", "").strip().casefold() or "id",
            checked_us=now_us,
        )
        check_contact(made, self.regions)
        if not self._is_theirs(caller, reach, made.region):
            raise BadInput("this region is not yours", where="region", remedy="Name one of your own.")
        return made

    def keep(self, caller: Caller, contacts: Sequence[Contact]) -> None:
        """New ones, and known ones as they are now."""
        known = {one.id for one in self._context.cities.contacts(self._context.city)}
        deeds = [self._deed(caller.actor, _kept(one, known), one) for one in contacts]
        self._context.cities.put_contacts(self._context.city, contacts, deeds)

    def end(self, caller: Caller, contact: Contact) -> bool:
        return self._context.cities.end_contact(
            self._context.city, contact.id, self._deed(caller.actor, "contact.ended", contact)
        )

    def link(self, caller: Caller, contact: Contact) -> str | None:
        """The address of a new secret link; the one before it opens nothing from now on."""
        token = secrets.token_urlsafe(_BYTES)
        deed = self._deed(caller.actor, "contact.linked", contact)
        kept = self._context.cities.link_contact(self._context.city, contact.id, tokens.digest(token), deed)
        return f"{self._context.base_url}/rw/{token}" if kept else None

    def looked(self, caller: Caller, about: str, count: int) -> None:
        """Somebody has seen so many numbers."""
        if count:
            now_us = self._context.clock.now_us()
            self._context.security.record(Deed(caller.actor, "contact.looked", about, now_us, {"contacts": count}))

    def read_table(self, caller: Caller, reach: Reach, text: str) -> tuple[list[Contact], list[Trouble]]:
        """The contacts of a table, and what is wrong with its lines. A row of a known RW and number is that contact."""
        rows, troubles = _cells(text)
        here = {_same(one): one for one in self._context.cities.contacts(self._context.city)}
        found = dict[tuple[str, str, str], Contact]()
        for line, cells in rows:
            try:
                made = self.read(caller, reach, cells, None)
            except BadInput as wrong:
                troubles.append(Trouble(line, wrong.where, cells.get(wrong.where, "")))
                continue
            if _same(made) in found:
                troubles.append(Trouble(line, "doubled", made.phone))
                continue
            known = here.get(_same(made))
            kept = replace(made, id=known.id, created_us=known.created_us) if known is not None else made
            found[_same(made)] = kept
        return list(found.values()), troubles

    # ------------------------------------------------------------ the chain

    def behind(self, token: str) -> Contact | None:
        """Who stands behind a link."""
        if not 0 < len(token) <= tokens.TOKEN_MOST:
            return None
        found = self._context.cities.contact_by_link(tokens.digest(token))
        return found if found is not None and found.city == self._context.city else None

    def theirs(self, contact: Contact) -> tuple[list[Bulletin], list[Bulletin]]:
        """The warnings that a contact is to pass on now, the gravest first: live ones, and drills."""
        now_us = self._context.clock.now_us()
        said = self._context.cities.bulletins(self._context.city, since_us=now_us - _NEWS_US)
        surveyed = self._surveyed()
        own = [one for one in said if self._concerns(one, contact, surveyed)]
        news = [one for one in standing(own, now_us) if _is_news(one, now_us)]
        return [one for one in news if not one.drill], [one for one in news if one.drill]

    def say(self, contact: Contact, bulletin_id: str, word: str, reason: str) -> bool:
        """What a contact says of a bulletin: `done`, `unable`, or `undo`. False where it is not theirs to say."""
        bulletin = self._context.cities.bulletin(bulletin_id)
        if bulletin is None or bulletin.city != self._context.city:
            return False
        if not self._concerns(bulletin, contact, self._surveyed()):
            return False
        relay = Relay(
            bulletin=bulletin.id, contact=contact.id, city=self._context.city, at_us=self._context.clock.now_us(),
            done=word == "done", reason=reason if word == "unable" else "",
        )  # fmt: skip
        deed = Deed(contact.id, SAYINGS[word], bulletin.id, relay.at_us, {"rw": contact.rw})
        if word == "undo":
            self._context.cities.undo_relay(relay, deed)
        else:
            self._context.cities.put_relay(relay, deed)
        return True

    def relay_of(self, contact: Contact, bulletin: Bulletin) -> Relay | None:
        """What a contact has said of it."""
        said = self._context.cities.relays(self._context.city, bulletin.id)
        return next((one for one in said if one.contact == contact.id), None)

    def chain(self, caller: Caller, reach: Reach, bulletin: Bulletin) -> Chain:
        """How far it has come in the caller's area."""
        surveyed = self._surveyed()
        concerned = [one for one in self.contacts(caller, reach) if self._concerns(bulletin, one, surveyed)]
        said = self._context.cities.relays(self._context.city, bulletin.id)
        after_s = self._context.profile.warnings.relay_after_s
        return chain_of(bulletin, concerned, said, self._context.clock.now_us(), after_s=after_s)

    def address(self, bulletin: Bulletin) -> str:
        """Where everybody reads it."""
        return f"{self._context.base_url}/siaran/{bulletin.id}"

    def share(self, bulletin: Bulletin, language: str) -> str:
        """WhatsApp's own share link: it opens the app with the text in it, and whoever holds the phone sends it."""
        return f"https://wa.me/?text={quote(f'{sms_of(bulletin, language)} {self.address(bulletin)}', safe='')}"

    def _surveyed(self) -> dict[str, set[str]]:
        """The RW that have a row, by gauge."""
        found = dict[str, set[str]]()
        for one in self._context.cities.impacts(self._context.city):
            found.setdefault(one.impact.gauge, set()).add(rw_key(one.impact.rw))
        return found

    def _concerns(self, bulletin: Bulletin, contact: Contact, surveyed: Mapping[str, set[str]]) -> bool:
        site = self._context.profile.site_of(bulletin.node)
        region = site.region if site is not None else self._context.profile.region
        return concerns(bulletin, contact, gauge_region=region, surveyed=surveyed.get(bulletin.node, set()))

    def _is_theirs(self, caller: Caller, reach: Reach, region: str) -> bool:
        return reach is Reach.ANY or (self.may(caller, reach) and within(caller.regions, region))

    def _region(self, text: str) -> str:
        """A code, also where its name is written."""
        wanted = _one_line(text).casefold()
        return next((code for code, name in self.regions.items() if wanted in {code, name.casefold()}), _one_line(text))

    def _deed(self, actor: str, what: str, contact: Contact) -> Deed:
        now_us = self._context.clock.now_us()
        personal = {"name": contact.name, "phone": contact.phone}
        return Deed(actor, what, contact.id, now_us, {"rw": contact.rw, "regions": contact.region}, personal)


def sms_of(bulletin: Bulletin, language: str) -> str:
    """The short text, or the sentence where none was made."""
    return bulletin.sms.get(language) or bulletin.text.get(language) or ""


def _is_news(bulletin: Bulletin, now_us: int) -> bool:
    over = bulletin.kind in {"correction", "all_clear"} and bulletin.expires_us is None
    return not over or now_us - bulletin.at_us < _OVER_US


def _kept(contact: Contact, known: set[str]) -> str:
    return "contact.altered" if contact.id in known else "contact.added"


def _same(contact: Contact) -> tuple[str, str, str]:
    return rw_key(contact.rw), contact.region, dialled(contact.phone)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cells(text: str) -> tuple[list[tuple[int, dict[str, str]]], list[Trouble]]:
    """Each row's cells by column, with its line from 1. Semicolons separate as commas do; `#` begins a remark."""
    lines = text.removeprefix("\ufeff").splitlines()
    first = next((one for one in lines if one.strip() and not one.startswith("#")), "")
    separator = ";" if first.count(";") > first.count(",") else ","
    header: list[str] = []
    rows: list[tuple[int, dict[str, str]]] = []
    troubles: list[Trouble] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.count('"') % 2:
            return [], [Trouble(number, "quote", line[:40])]
        cells = [one.strip() for one in next(csv.reader([line], delimiter=separator))]
        if not header:
            header = [one.casefold() for one in cells]
            if missing := [one for one in COLUMNS if one != "language" and one not in header]:
                return [], [Trouble(number, "columns", ", ".join(missing))]
        elif len(cells) != len(header):
            troubles.append(Trouble(number, "cells", f"{len(cells)}"))
        else:
            rows.append((number, dict(zip(header, cells, strict=True))))
    if len(rows) > UPLOAD_MOST:
        return [], [Trouble(rows[UPLOAD_MOST][0], "rows", f"{len(rows)}")]
    return rows, troubles if rows or troubles else [Trouble(1, "empty")]
