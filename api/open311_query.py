"""What GeoReport v2 lets a client ask for, read from its parameters; and how a request is refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.open311_format import parse_moment
from contract.clock import DAY_US, to_us
from store.cases import Around

SPAN_US = 90 * DAY_US
MOST = 1000
RADIUS_MOST_M = 100_000.0
_EVER_US = 2**62
KNOWN = (
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "updated_after",
    "updated_before",
    "status",
    "page",
    "page_size",
    "extensions",
    "lat",
    "long",
    "radius",
)
"""all parameters that the list of cases depends on"""


class Refusal(Exception):
    """The request cannot be answered: the code and every reason, as the specification's error body wants them."""

    def __init__(self, code: int, *descriptions: str) -> None:
        super().__init__(*descriptions)
        self.code = code
        self.descriptions = descriptions


@dataclass(frozen=True, slots=True)
class Query:
    """What `GET /requests` asks for. `open_` None: both. `changed_us`: (from, until), both included."""

    numbers: tuple[str, ...]
    categories: tuple[str, ...]
    start_us: int
    end_us: int
    open_: bool | None
    page: int
    page_size: int
    extensions: bool
    changed_us: tuple[int, int] | None = None
    within: Around | None = None
    moves: bool = False
    """the span of time goes along with the clock"""


def query_of(params: Mapping[str, str], now_us: int) -> Query:
    """Read the parameters; an empty one counts as absent. Raises Refusal(400).

    `updated_after`, `updated_before` (both included) and `lat`, `long`, `radius` (metres) are extensions that other
    servers have too. Who asks for what has changed asks for cases of any age, unless start or end say otherwise.
    """
    after_us, before_us = (_date_us(name, params.get(name)) for name in ("updated_after", "updated_before"))
    changed = None if after_us is None and before_us is None else (after_us or 0, before_us or _EVER_US)
    start_us, end_us = span_of(params, now_us, ever=changed is not None)
    states = set(listed(params.get("status")))
    if states - {"open", "closed"}:
        raise Refusal(400, "status is open, closed or both with a comma")
    return Query(
        numbers=listed(params.get("service_request_id")),
        categories=listed(params.get("service_code")),
        start_us=start_us,
        end_us=end_us,
        open_=None if len(states) != 1 else states == {"open"},
        page=_whole("page", params.get("page"), 1, MOST),
        page_size=_whole("page_size", params.get("page_size"), MOST, MOST),
        extensions=params.get("extensions") == "true",
        changed_us=changed,
        within=_around(params),
        moves=changed is None and not (params.get("start_date") or params.get("end_date")),
    )


def span_of(params: Mapping[str, str], now_us: int, *, ever: bool = False) -> tuple[int, int]:
    """start_date and end_date, at most 90 days apart. By default the last 90 days (`ever`: all days), with no end:
    what the clock of another machine has opened a moment ahead of ours is there at once. Raises Refusal(400)."""
    start_us, end_us = (_date_us(name, params.get(name)) for name in ("start_date", "end_date"))
    if start_us is None and end_us is None:
        return 0 if ever else now_us + 1 - SPAN_US, _EVER_US
    if end_us is None:
        end_us = start_us + SPAN_US if start_us is not None else now_us + 1
    if start_us is None:
        start_us = end_us - SPAN_US
    if start_us > end_us:
        raise Refusal(400, "start_date is after end_date")
    if end_us - start_us > SPAN_US + 1:
        raise Refusal(400, "start_date and end_date may be at most 90 days apart")
    return start_us, end_us


def said_within(params: Mapping[str, str], now_us: int) -> tuple[int, int]:
    """The same for what was said, up to the very newest where no end is asked for. Raises Refusal(400)."""
    start_us, end_us = span_of(params, now_us)
    return start_us, end_us if params.get("start_date") or params.get("end_date") else _EVER_US


def listed(text: str | None) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _date_us(name: str, text: str | None) -> int | None:
    if not text:
        return None
    try:
        return to_us(parse_moment(text))
    except (ValueError, OverflowError) as error:
        raise Refusal(400, f"{name}: {error}") from None


def _whole(name: str, text: str | None, default: int, most: int) -> int:
    if not text:
        return default
    if len(text) > len(str(most)) or not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Refusal(400, f"{name} is a whole number from 1 to {most}")
    return int(text)


def _around(params: Mapping[str, str]) -> Around | None:
    given = [params.get(name, "") for name in ("lat", "long", "radius")]
    if not any(given):
        return None
    try:
        lat, lon, radius_m = (float(text) for text in given)
    except ValueError:
        raise Refusal(400, "lat, long (degrees) and radius (metres) belong together") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180 and 0 < radius_m <= RADIUS_MOST_M):
        raise Refusal(400, f"lat is from -90 to 90, long from -180 to 180, radius up to {RADIUS_MOST_M:.0f} m")
    return Around(lat, lon, radius_m)
