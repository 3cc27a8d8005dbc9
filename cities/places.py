"""Whether regions and sites are where they say: codes form a tree, and no latitude stands in a longitude's place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from cities.findings import Findings
from cities.forms import CityForm, RegionRow, SiteRow
from cities.sources import Table
from contract.city import Profile
from contract.topics import valid_id

_MARGIN_DEG = 0.05  # about 5 km: a region's representative point is well inside its outline
_CITY_DEG = 1.0  # about 110 km: no regency is wider from its centre


class Box(NamedTuple):
    """Degrees, WGS 84."""

    south: float
    west: float
    north: float
    east: float

    def has(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east

    def __str__(self) -> str:
        return f"latitude {self.south:.3f} to {self.north:.3f}, longitude {self.west:.3f} to {self.east:.3f}"


def box_round(points: Iterable[tuple[float, float]], margin_deg: float = _MARGIN_DEG) -> Box:
    """The box round at least one (lat, lon) point, with a margin."""
    given = list(points)
    lats, lons = [lat for lat, _ in given], [lon for _, lon in given]
    return Box(min(lats) - margin_deg, min(lons) - margin_deg, max(lats) + margin_deg, max(lons) + margin_deg)


def box_of(profile: Profile) -> Box:
    """The box round a city's regions (its centre where it has none)."""
    points = [(region.lat, region.lon) for region in profile.regions] or [(profile.lat, profile.lon)]
    return box_round(points)


def check_regions(regions: Table[RegionRow], city: CityForm, findings: Findings) -> None:
    """Codes once, parents known (a kelurahan's is a kecamatan, a kecamatan's the city or a regency upstream of it),
    points near the centre."""
    file = "regions.csv"
    box = box_round([(city.lat, city.lon)], _CITY_DEG)
    levels = {row.form.code: row.form.level for row in regions.rows}
    parents = (city.region, *city.upstream)
    seen: dict[str, int] = {}
    for line, region in regions.rows:
        if region.code in seen:
            findings.add(
                file, line, f"region {region.code!r} is already on line {seen[region.code]}", "Take one of them out."
            )
        seen.setdefault(region.code, line)
        if region.level == "kecamatan" and region.parent not in parents:
            findings.add(
                file,
                line,
                f"the parent of kecamatan {region.code!r} is {region.parent!r}",
                f"It is {' or '.join(map(repr, parents))}.",
            )
        if regions.whole and region.level == "kelurahan" and levels.get(region.parent) != "kecamatan":
            findings.add(
                file,
                line,
                f"region {region.code!r} has the parent {region.parent!r}, which is no kecamatan of this file",
                "Add the parent, or correct the code.",
            )
        _inside(file, line, f"region {region.code!r}", region.lat, region.lon, box, findings)


def check_sites(sites: Table[SiteRow], regions: Table[RegionRow], findings: Findings) -> None:
    """Codes once, a region of the tree each, places inside the city."""
    file = "sites.csv"
    # A region whose own point is wrong (it has its finding) would make the box useless: the median is not fooled.
    points = _near_the_median([(row.form.lat, row.form.lon) for row in regions.rows])
    box = box_round(points) if points else None
    codes = {row.form.code for row in regions.rows}
    seen: dict[str, int] = {}
    for line, site in sites.rows:
        if site.code in seen:
            findings.add(
                file, line, f"site {site.code!r} is already on line {seen[site.code]}", "Take one of them out."
            )
        seen.setdefault(site.code, line)
        if regions.whole and site.region not in codes:
            findings.add(
                file,
                line,
                f"region {site.region!r} of site {site.code!r} is not in regions.csv",
                "Write the Kemendagri code of its kelurahan, such as 34.71.03.1002.",
            )
        if site.camera_url and not site.camera_url.startswith(("https://", "http://")):
            findings.add(
                file,
                line,
                f"camera_url of site {site.code!r} is no web address",
                "Write one that begins with https://, or leave it empty.",
            )
        if site.cctv_url and not _opens_safely(site.cctv_url):
            findings.add(
                file,
                line,
                f"cctv_url of site {site.code!r} is no https address",
                "Write the address of the city's own video page, which begins with https://, or leave it empty.",
            )
        if box is not None:
            _inside(file, line, f"site {site.code!r}", site.lat, site.lon, box, findings)
    _check_feeders(sites, findings)


def _check_feeders(sites: Table[SiteRow], findings: Findings) -> None:
    """Power → uplink → site is a tree: a feeder's name is an id, and what hangs on one uplink hangs on one feeder."""
    file = "sites.csv"
    feeders: dict[str, tuple[str, int]] = {}
    for line, site in sites.rows:
        if site.power and not valid_id(site.power):
            findings.add(
                file,
                line,
                f"power {site.power!r} of site {site.code!r} is not an id",
                "Use lower-case letters, digits and single hyphens.",
            )
        if not (site.power and site.uplink):
            continue
        feeder, first = feeders.setdefault(site.uplink, (site.power, line))
        if feeder != site.power:
            findings.add(
                file,
                line,
                f"uplink {site.uplink!r} hangs on {site.power!r} here and on {feeder!r} on line {first}",
                "Name the feeder of the uplink's own equipment, or leave power empty.",
            )


def _opens_safely(address: str) -> bool:
    """An https address with a host, with no name or password in it and nothing that a browser would read otherwise."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not set(address) & set(' \\"<>')
    return plain and address.startswith("https://") and bool(parts.hostname) and "@" not in parts.netloc


def _near_the_median(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    if not points:
        return []
    lat = sorted(lat for lat, _ in points)[len(points) // 2]
    lon = sorted(lon for _, lon in points)[len(points) // 2]
    return [point for point in points if abs(point[0] - lat) <= _CITY_DEG and abs(point[1] - lon) <= _CITY_DEG]


def _inside(file: str, line: int, what: str, lat: float, lon: float, box: Box, findings: Findings) -> None:
    if box.has(lat, lon):
        return
    if box.has(lon, lat):
        findings.add(
            file,
            line,
            f"{what} has latitude and longitude swapped ({lat:g}, {lon:g})",
            f"Write {lon:g} and then {lat:g}.",
        )
        return
    findings.add(
        file, line, f"{what} at latitude {lat:g}, longitude {lon:g} is outside the city", f"The city is at {box}."
    )
