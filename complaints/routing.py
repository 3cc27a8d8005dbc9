"""Who answers a case: area × category, pure."""

from __future__ import annotations

from contract.city import Category, Profile
from contract.errors import BadInput


def category_of(profile: Profile, code: str) -> Category:
    """The category. Raises BadInput naming those the city has."""
    found = next((one for one in profile.categories if one.code == code), None)
    if found is None:
        known = ", ".join(one.code for one in profile.categories)
        raise BadInput(f"{profile.name} has no category {code!r}", where="category", remedy=f"Choose one of: {known}.")
    return found


def agency_for(profile: Profile, category: Category, region: str) -> str:
    """The hand-over with the longest code that the region begins with, else the category's own agency.

    A code covers whole steps of the region's hierarchy: 34.71.1 is no part of 34.71.14.
    """
    covering = [
        route
        for route in profile.routes
        if route.category == category.code and (region == route.region or region.startswith(route.region + "."))
    ]
    return max(covering, key=lambda route: len(route.region)).agency if covering else category.agency
