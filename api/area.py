"""What somebody may do and where, and the part of a form that says so: of a person as of a program's key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from api.form import text_of
from contract.city import Profile, Region
from contract.roles import Role
from store.people import Person

REGION = "wilayah"


@dataclass(frozen=True, slots=True)
class Area:
    """What somebody may do and where: a role, an agency by its code, regions by their codes (none: the whole city)."""

    role: Role
    agency: str = ""
    regions: tuple[str, ...] = ()

    @classmethod
    def read(
        cls, profile: Profile, role: str, agency: str, regions: Sequence[str], roles: Collection[Role]
    ) -> Area | str:
        """What a form says, or the key of a sentence that says what is wrong with it."""
        wanted = next((one for one in roles if one == role), None)
        if wanted is None:
            return "area_role"
        if agency and agency not in {one.code for one in profile.agencies}:
            return "area_agency"
        if wanted == "officer" and not agency:
            return "area_officer"
        known = {one.code for one in profile.regions}
        if not known.issuperset(regions):
            return "area_region"
        return cls(wanted, agency, tuple(sorted(set(regions))))

    @property
    def told(self) -> dict[str, str]:
        """As the audit log says it."""
        return {"role": self.role, "agency": self.agency, "regions": " ".join(self.regions)}


def area_of(person: Person) -> Area:
    return Area(person.role, person.agency, person.regions)


def area_in(profile: Profile, form: FormData, roles: tuple[Role, ...]) -> Area | str:
    """The role, agency and regions of a form, or the key of what is wrong with them."""
    regions = [one for one in form.getlist(REGION) if isinstance(one, str)]
    return Area.read(profile, text_of(form, "peran"), text_of(form, "dinas"), regions, roles)


def typed_in(profile: Profile, form: FormData, roles: tuple[Role, ...], otherwise: Area) -> Area:
    """The same as far as it can be: a form that will not do is shown again as it was filled in, and nobody ticks their
    regions twice."""
    role = next((one for one in roles if one == text_of(form, "peran")), otherwise.role)
    agency = text_of(form, "dinas")
    known = {one.code for one in profile.regions}
    return Area(
        role,
        agency if agency in {one.code for one in profile.agencies} else "",
        tuple(one for one in form.getlist(REGION) if isinstance(one, str) and one in known),
    )


def regions_of(profile: Profile) -> list[tuple[Region, list[Region]]]:
    """Each kecamatan with its kelurahan, as the boxes of a form have them."""
    below: dict[str, list[Region]] = {}
    for region in profile.regions:
        if region.level == "kelurahan":
            below.setdefault(region.parent, []).append(region)
    return [(one, below.get(one.code, [])) for one in profile.regions if one.level == "kecamatan"]


def offered(profile: Profile, roles: tuple[Role, ...]) -> dict[str, Any]:
    """What the fields of an area can be, for the templates."""
    return {
        "roles": roles,
        "agencies": {agency.code: agency.name for agency in profile.agencies},
        "regions": regions_of(profile),
        "names": {region.code: region.name for region in profile.regions},
    }
