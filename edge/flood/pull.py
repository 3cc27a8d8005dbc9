"""The pull of somebody else's telemetry: one figure out of a JSON or CSV answer, with its own time of observation."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from contract.clock import SECOND_US, Clock, rfc3339
from edge.flood.fetch import fetch, origin_of
from edge.flood.moment import ISO, read_us, zone
from edge.flood.path import Step, follow
from edge.flood.source import Origin, Raw, Unit, to_cm
from edge.ports import SensorFault


class PullOptions(BaseModel):
    """Where a telemetry is and where in its answer the figures stand.

    A path is a list: a key, an index (-1 is the last), or `{field = value}` to pick from a list. In a CSV it is the
    one name of a column.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    type: Literal["pull"]
    url: str = Field(description="http or https address")
    format: Literal["json", "csv"] = Field(default="json", description="what the address answers with")
    length: list[Step] = Field(default=[], description="path of the level or distance")
    unit: Unit = Field(default="cm", description="its unit")
    rain: list[Step] = Field(default=[], description="path of the rain figure")
    time: list[Step] = Field(default=[], description="path of the time of observation; empty: the answer has none")
    time_format: str = Field(default=ISO, description="iso8601, epoch_s, epoch_ms, or a strptime format")
    time_zone: str = Field(default="", description="zone of a time that names none, such as Asia/Jakarta")
    max_age_s: float = Field(default=3600, gt=0, le=604_800, description="an older observation is no reading, in s")
    where: dict[str, str] = Field(default={}, description="CSV: only rows with these values")
    delimiter: str = Field(default=",", min_length=1, max_length=1, description="CSV: what separates the columns")
    headers: dict[str, SecretStr] = Field(default={}, description="request headers, for a key; never logged")
    most_bytes: int = Field(default=1_000_000, ge=1, le=20_000_000, description="a longer answer is refused")
    timeout_s: float = Field(default=10.0, gt=0, le=60, description="how long the whole request may take, in s")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise ValueError("url must begin with http:// or https:// and name a host")
        if not self.length and not self.rain:
            raise ValueError("give the path of a length, of rain, or of both")
        columns = [path for path in (self.length, self.rain, self.time) if path]
        if self.format == "csv" and any(len(path) != 1 or not isinstance(path[0], str) for path in columns):
            raise ValueError('in a CSV a path is one column name, such as ["level_cm"]')
        zone(self.time_zone)
        return self


class Picked:
    """The figures of one answer, as they stand there."""

    def __init__(self, length: Any, rain: Any, time: Any) -> None:
        self.length = length
        self.rain = rain
        self.time = time


def figure(value: Any, what: str) -> float | None:
    """A finite number from a JSON number or a text that is one; None for null and the empty text."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise SensorFault(f"the {what} is {str(value)[:40]!r}, which is no number")
    return number


def pick_json(body: bytes, options: PullOptions) -> Picked:
    """The figures in a JSON answer. Raises SensorFault."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise SensorFault("the answer is not JSON") from None
    length, rain, time = (
        follow(document, path) if path else None for path in (options.length, options.rain, options.time)
    )
    return Picked(length, rain, time)


def pick_csv(body: bytes, options: PullOptions) -> Picked:
    """The figures in the newest row: the latest by time where there is a time column, else the last."""
    try:
        text = io.StringIO(body.decode("utf-8-sig"), newline="")
        rows = list(csv.DictReader(text, delimiter=options.delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SensorFault(f"the answer is not a CSV in UTF-8 ({error})") from None
    if not rows:
        raise SensorFault("the CSV has no row")
    names = [str(path[0]) if path else "" for path in (options.length, options.rain, options.time)]
    missing = [name for name in [*names, *options.where] if name and name not in rows[0]]
    if missing:
        raise SensorFault(f"the CSV has no column {missing[0]!r}")
    rows = [row for row in rows if all(row[key] == value for key, value in options.where.items())]
    if not rows:
        raise SensorFault(f"the CSV has no row with {options.where}")
    if any(None in row for row in rows):
        # Such as 1,5 between commas: of which column the figures are is a guess, and 1 cm is a wrong river.
        raise SensorFault("a row of the CSV has more columns than its header")
    newest = max(rows, key=lambda row: _observed_us(row[names[2]], options)) if names[2] else rows[-1]
    length, rain, time = (newest[name] if name else None for name in names)
    return Picked(length, rain, time)


def _observed_us(value: Any, options: PullOptions) -> int:
    try:
        return read_us(value, options.time_format, zone(options.time_zone))
    except ValueError as error:
        raise SensorFault(f"the time of observation cannot be read: {error}") from None


def age_text(seconds: float) -> str:
    """An age for a technician: `45 s`, `12 min`, `3 h 20 min`."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


class PullSource:
    """One request a period. The same observation twice is not a new reading, nor is an old one."""

    origin: Origin = "telemetry"

    def __init__(self, options: PullOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._delivered_us: int | None = None
        self._headers = {name: value.get_secret_value() for name, value in options.headers.items()}

    @property
    def timeout_s(self) -> float:
        # The system's resolver has a time of its own, usually twice five seconds.
        return self._options.timeout_s + 11

    def read(self, samples: int) -> list[Raw]:  # noqa: ARG002
        """One answer. Raises SensorFault for a stale or repeated one, saying how old it is."""
        options = self._options
        body = fetch(options.url, self._headers, options.most_bytes, options.timeout_s)
        picked = pick_json(body, options) if options.format == "json" else pick_csv(body, options)
        length, rain = figure(picked.length, "length"), figure(picked.rain, "rain")
        if options.time:
            self._judge_age(_observed_us(picked.time, options))
        return [Raw(None if length is None else to_cm(length, options.unit), rain)]

    def close(self) -> None:
        """Nothing stays open between requests."""

    def _judge_age(self, observed_us: int) -> None:
        age_s = (self._clock.now_us() - observed_us) / SECOND_US
        where = origin_of(self._options.url)
        if age_s > self._options.max_age_s:
            raise SensorFault(f"the newest observation at {where} is {age_text(age_s)} old (of {rfc3339(observed_us)})")
        if age_s < -self._options.max_age_s:
            raise SensorFault(f"the newest observation at {where} lies {age_text(-age_s)} ahead of this node's clock")
        if observed_us == self._delivered_us:
            raise SensorFault(f"no new observation at {where} since the one {age_text(max(0.0, age_s))} ago")
        self._delivered_us = observed_us
