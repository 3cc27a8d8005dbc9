"""Whether what shall be kept quiet is anything that the city has: a name that is typed wrongly would keep nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from contract.city import Profile
from contract.errors import BadInput
from store.ports import Placement


def there(matchers: Mapping[str, str], city: Profile, placed: Iterable[Placement]) -> None:
    """Each place that is named. `placed`: where nodes stand, those too that were adopted and are not in the city's
    folder. Raises BadInput naming the matcher and what is like it."""
    known: Mapping[str, Collection[str]] = {
        "node": {node.node for node in city.nodes} | {place.node for place in placed},
        "site": [site.code for site in city.sites],
        "river": {site.river for site in city.sites if site.river},
        "region": {part for site in city.sites for part in _areas(site.region)},
    }
    for name, wanted in matchers.items():
        if name in known and wanted and wanted not in known[name]:
            near = get_close_matches(wanted, known[name], 3) or sorted(known[name])[:3]
            raise BadInput(
                f"it fits nothing: the city has no {name} {wanted!r}",
                where=f"body.matchers.{name}",
                remedy=f"Such as {', '.join(near)}." if near else "Leave it out.",
            )


def _areas(region: str) -> list[str]:
    """A region's code and its beginnings up to a dot."""
    parts = region.split(".")
    return [".".join(parts[:many]) for many in range(1, len(parts) + 1)]
