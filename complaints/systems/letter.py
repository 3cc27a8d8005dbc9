"""A case in words for another system: what is filed there by a program, or copied over by a person. Pure."""

from __future__ import annotations

from urllib.parse import quote

from complaints.systems.port import Outgoing, SystemInfo
from contract.city import Profile
from contract.masking import masked
from store.cases import Case, CitizenReport

LONGEST = 1_800


def outgoing(case: Case, reports: list[CitizenReport], profile: Profile, service: str, base_url: str) -> Outgoing:
    """The case as it goes out. Of residents' words there is what an officer let be read, else the first report's,
    masked; who said it never goes out."""
    first = next((one for one in reports if not one.secret and one.erased_us is None), None)
    words = case.description.get("id") or (masked(first.text) if first is not None else "")
    agencies = {one.code: one.name.id for one in profile.agencies}
    categories = {one.code: one.name.id for one in profile.categories}
    regions = {one.code: one.name for one in profile.regions}
    return Outgoing(
        ref=case.number,
        service=service or case.category,
        category=categories.get(case.category, case.category),
        title=case.title.get("id", ""),
        text=words[:LONGEST],
        place=regions.get(case.region, case.region),
        lat=case.lat,
        lon=case.lon,
        opened_us=case.opened_us,
        agency=agencies.get(case.agency, case.agency),
        url=f"{base_url}/kasus/{case.number}",
    )


def body(case: Outgoing) -> str:
    """What stands in the other system's text field. Our number is in it, so that it can be found there."""
    lines = (
        case.text or case.title,
        f"Tempat: {case.place} ({case.lat:.5f}, {case.lon:.5f})",
        f"Nomor Siaga: {case.ref}",
        case.url,
    )
    return "\n".join(lines)


def letter(case: Outgoing) -> str:
    """The whole text for a person who types it in."""
    return f"{case.title}\nJenis: {case.category}\nUntuk: {case.agency}\n\n{body(case)}"


def mailto(info: SystemInfo, case: Outgoing) -> str:
    """The same as a letter that the reader's own mail program opens, "" where the system has no address."""
    if not info.email:
        return ""
    return f"mailto:{info.email}?subject={quote(f'{case.title} [{case.ref}]')}&body={quote(letter(case))}"
