"""Who passes a warning on where people live, and which warning that is now. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from contract.bulletin import Bulletin, BulletinKind
from contract.errors import BadInput
from contract.impact import dialled, rw_key
from contract.impact_check import DIGITS_LEAST, DIGITS_MOST, PHONE_MOST, RW_MOST
from contract.roles import within

ContactRole = Literal["rw", "rt", "mosque", "other"]
CONTACT_ROLES: tuple[ContactRole, ...] = get_args(ContactRole)
"""the head of an RW, of an RT, who keeps a mosque's loudspeaker, and anybody else who passes warnings on"""
LANGUAGES: tuple[str, ...] = ("id", "en")
NAME_MOST = 60
REASON_MOST = 200
CONTACTS_MOST = 5_000
"""of one city"""
UNDO_US = 5 * 60 * 1_000_000
"""for so long a tap may be taken back"""
_KECAMATAN = 3
"""parts of a region code that name a kecamatan: 34.71.03"""
_GRAVEST: dict[BulletinKind, int] = {"order": 0, "fact": 1, "correction": 2, "all_clear": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody who passes warnings on in one RW. `rw` is as people call it and as the impact table does; `region` the
    code of its kelurahan. `checked_us`: when somebody last made sure of the number. `digest` is of the secret link, ""
    where none was made. From `ended_us` on they are asked no more, and their number is no longer kept."""

    id: str
    city: str
    rw: str
    region: str
    name: str
    role: ContactRole
    phone: str
    language: str
    checked_us: int
    created_us: int
    ended_us: int | None = None
    digest: str = ""

    @property
    def dial(self) -> str:
        """The phone number as a `tel:` address has it."""
        return dialled(self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What a contact said of one bulletin: passed on, or cannot and why."""

    bulletin: str
    contact: str
    city: str
    at_us: int
    done: bool
    reason: str = ""


def check_contact(contact: Contact, regions: Collection[str]) -> None:
    """Raises BadInput for what cannot be kept. `regions`: the codes of the city's kelurahan and kecamatan."""
    for field, text, most in (("rw", contact.rw, RW_MOST), ("name", contact.name, NAME_MOST)):
        if not text.strip() or len(text) > most or not text.isprintable():
            raise BadInput(
                f"{field} is empty, over {most} characters, or holds odd ones",
                where=field,
                remedy=f"Write at most {most} plain characters.",
            )
    if contact.region not in regions:
        raise BadInput(
            f"{contact.region!r} is no region of the city", where="region", remedy="Write the code of its kelurahan."
        )
    if contact.role not in CONTACT_ROLES:
        raise BadInput(f"{contact.role!r} is no role", where="role", remedy=f"Write one of {', '.join(CONTACT_ROLES)}.")
    if contact.language not in LANGUAGES:
        raise BadInput(f"{contact.language!r} is no language", where="language", remedy="Write id or en.")
    digits = len(contact.dial.lstrip("+"))
    if (
        len(contact.phone) > PHONE_MOST
        or not contact.phone.isprintable()
        or any(one.isalpha() for one in contact.phone)
        or not DIGITS_LEAST <= digits <= DIGITS_MOST
    ):
        raise BadInput(
            f"{contact.phone!r} cannot be dialled",
            where="phone",
            remedy=f"Write {DIGITS_LEAST} to {DIGITS_MOST} digits.",
        )


def concerns(bulletin: Bulletin, contact: Contact, *, gauge_region: str, surveyed: Collection[str]) -> bool:
    """Whether a contact is to pass it on: their RW is named in it; or it has no row at this gauge, so that nobody knows
    it safe, and lies in the gauge's kecamatan. `surveyed`: the RW that have a row, by `rw_key`."""
    here = rw_key(contact.rw)
    if here in {rw_key(one) for one in bulletin.regions}:
        return True
    return here not in surveyed and within([kecamatan_of(gauge_region)], contact.region)


def kecamatan_of(region: str) -> str:
    """`34.71.03` of `34.71.03.1005`; a shorter code as it stands."""
    return ".".join(region.split(".")[:_KECAMATAN])


def standing(bulletins: Iterable[Bulletin], now_us: int) -> list[Bulletin]:
    """What holds now of each incident, the gravest first: its order until it is corrected or all is clear, or the water
    is told at a milder level; else what was said last. What has expired is no news and is not among them."""
    latest = dict[str, Bulletin]()
    for one in sorted(bulletins, key=lambda bulletin: bulletin.number):
        known = latest.get(one.incident)
        if known is None or one.kind != "fact" or not _stands_against(known, one):
            latest[one.incident] = one
    found = list(latest.values())
    news = [one for one in found if one.expires_us is None or one.expires_us > now_us]
    return sorted(news, key=lambda one: (_GRAVEST[one.kind], int(one.level), -one.at_us, one.id))


def _stands_against(said: Bulletin, later: Bulletin) -> bool:
    """Whether an order holds although something was said after it."""
    return said.kind == "order" and not said.level.worse_than(later.level)


def afterwards(bulletin: Bulletin, others: Iterable[Bulletin]) -> list[Bulletin]:
    """What was said of the same incident after it, the oldest first."""
    later = [one for one in others if one.incident == bulletin.incident and one.number > bulletin.number]
    return sorted(later, key=lambda one: one.number)


@dataclass(frozen=True, slots=True)
class Chain:
    """How far a bulletin has come: `silent` have said nothing, `unable` said that they cannot, `passed` have done it;
    each with what they said, None for the silent. `late`: those who are silent are to be called by now."""

    silent: Sequence[Contact]
    unable: Sequence[tuple[Contact, Relay]]
    passed: Sequence[tuple[Contact, Relay]]
    late: bool

    @property
    def count(self) -> int:
        return len(self.silent) + len(self.unable) + len(self.passed)


def chain_of(
    bulletin: Bulletin, contacts: Iterable[Contact], relays: Iterable[Relay], now_us: int, *, after_s: float
) -> Chain:
    """Of those whom it concerns. An RW of which one contact has passed it on is not silent any more; the RW order is
    the bulletin's own, the worst first."""
    said = {one.contact: one for one in relays if one.bulletin == bulletin.id}
    ranks = {rw_key(rw): rank for rank, rw in enumerate(bulletin.regions)}
    known = sorted(
        contacts, key=lambda one: (ranks.get(rw_key(one.rw), len(ranks)), rw_key(one.rw), one.role, one.name)
    )
    passed = [(one, said[one.id]) for one in known if one.id in said and said[one.id].done]
    unable = [(one, said[one.id]) for one in known if one.id in said and not said[one.id].done]
    done = {(rw_key(one.rw), one.region) for one, _ in passed}
    silent = [one for one in known if one.id not in said and (rw_key(one.rw), one.region) not in done]
    late = now_us - bulletin.at_us >= after_s * 1_000_000
    return Chain(silent, unable, passed, late)
