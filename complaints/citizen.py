"""A report that a citizen files: the same case, the same agency and the same clock as a sensor's."""

from __future__ import annotations

from uuid import UUID, uuid5

from complaints.routing import agency_for, category_of, due_us
from contract.city import Profile
from contract.errors import BadInput
from store.ports import Case, CaseUpdate, CityStore

AUTHOR = "warga"
LONGEST = 4_000
_SPACE = UUID("0b8e4b3e-6f0e-5a55-8f0a-2f1d6c7f5a11")


def file_citizen_report(
    cities: CityStore,
    profile: Profile,
    *,
    category: str,
    lat: float,
    lon: float,
    region: str,
    description: str,
    now_us: int,
    key: str,
) -> Case:
    """File a report and return its case. The same `key` again returns the same case and files nothing.

    `region` is the adm4 code of the place. The case can be followed at once; its text is the citizen's own, in the
    language they wrote it, and is for the pages to withhold until somebody has checked it (state "received").
    Raises BadInput for an unknown category, a place that is none, or an empty or endless description.
    """
    kind = category_of(profile, category)
    text = description.strip()
    if not text or len(text) > LONGEST:
        raise BadInput(
            f"the description has {len(text)} characters",
            where="description",
            remedy=f"Say in 1 to {LONGEST} characters what is wrong.",
        )
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadInput(f"{lat}, {lon} is no place on earth", where="lat, long", remedy="Send WGS 84 degrees.")
    # The key stands where a sensor's event stands, so that the store's own uniqueness makes a repeat harmless.
    event = str(uuid5(_SPACE, f"{profile.code}/{key}"))
    case = Case(
        number="",
        city=profile.code,
        event=event,
        category=kind.code,
        agency=agency_for(profile, kind, region),
        region=region,
        title={"id": kind.name.id, "en": kind.name.en},
        description={"id": text, "en": text},
        lat=lat,
        lon=lon,
        state="received",
        source="citizen",
        opened_us=now_us,
        updated_us=now_us,
        due_us=due_us(kind, now_us),
        closed_us=None,
        public=True,
    )
    first = CaseUpdate(
        key=f"{event}/filed",
        number="",
        at_us=now_us,
        said_us=now_us,
        state="received",
        text={"id": "Laporan warga diterima.", "en": "A citizen's report was received."},
        author=AUTHOR,
    )
    return cities.file_case(case, first)
