"""`node.toml`: one node's configuration, strict, with mistakes told in a sentence that names file, line and field."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from broker.ports import BrokerAddress, Tls
from contract.errors import BadInput
from contract.kinds import MeasuredKind
from contract.messages import Id
from edge import kinds
from edge.outbound import Transport
from edge.quality import QualityLimits, default_limits
from edge.rising import RisingLimits
from edge.siren.port import Driver, Wiring
from edge.sources import FASTEST_S
from edge.spool import Bound
from edge.spoolrow import DROPS_SENSOR

_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)
_MAX_BYTES = 1024 * 1024

Positive = Annotated[float, Field(gt=0, le=86_400)]
File = Annotated[Path, Field(strict=False)]


class NodeSection(BaseModel):
    """Who this node is and where its memory lies. A relative path starts at the configuration's own folder."""

    model_config = _STRICT

    city: Id
    node: Id
    spool: File
    firmware: Annotated[str, Field(max_length=80)] = ""
    boot_delay_s: Annotated[float, Field(ge=0, le=3_600)] = 10.0
    keepalive_s: Annotated[int, Field(ge=5, le=3_600)] = 60


class BrokerSection(BaseModel):
    model_config = _STRICT

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 8883


class TlsSection(BaseModel):
    model_config = _STRICT

    ca_file: File
    cert_file: File
    key_file: File


class SpoolSection(BaseModel):
    """What the spool may hold; see `edge.spool.Bound`, whose defaults hold where nothing is said."""

    model_config = _STRICT

    max_rows: Annotated[int, Field(ge=100)] | None = None
    max_bytes: Annotated[int, Field(ge=1024 * 1024)] | None = None
    ring_rows: Annotated[int, Field(ge=100)] | None = None


class TransportSection(BaseModel):
    """How it carries; see `edge.outbound.Transport`, whose defaults hold where nothing is said."""

    model_config = _STRICT

    window_batches: Annotated[int, Field(ge=1, le=64)] | None = None
    batch_readings: Annotated[int, Field(ge=1, le=500)] | None = None
    resend_s: Positive | None = None
    resend_max_s: Positive | None = None
    held_retry_s: Positive | None = None
    clock_wait_s: Annotated[float, Field(ge=0, le=86_400)] | None = None
    birth_wait_s: Annotated[float, Field(ge=0, le=30)] | None = None
    reconnect_first_s: Positive | None = None
    reconnect_max_s: Annotated[float, Field(gt=0, le=120)] | None = None
    rising_reconnect_max_s: Annotated[float, Field(gt=0, le=10)] | None = None


class RisingSection(BaseModel):
    """When a gauge counts as rising; see `edge.rising.RisingLimits`, whose defaults hold where nothing is said."""

    model_config = _STRICT

    rising_cm_per_min: Positive | None = None
    min_rise_cm: Positive | None = None
    window_s: Positive | None = None
    hold_s: Positive | None = None


class SensorSection(BaseModel):
    """One sensor. Its own options are judged by its kind's model, its limits by `edge.quality.QualityLimits`."""

    model_config = _STRICT

    type: MeasuredKind
    sensor: Id
    period_s: Positive
    fastest_s: Positive = FASTEST_S
    """how often the city may ask for it at most while a flood is on its way; a node on a battery says more here"""
    options: dict[str, Any] = {}
    quality: dict[str, Any] = {}


class PortalSection(BaseModel):
    """The captive portal's page of a WiFi point: the city's address of it, and where this node shows its copy."""

    model_config = _STRICT

    url: Annotated[str, Field(pattern=r"^https?://[^/\s?#]+/[^\s?#]*$", max_length=300)]
    site: Annotated[str, Field(max_length=48)] = ""
    listen: Annotated[str, Field(min_length=1, max_length=45)] = "0.0.0.0"  # noqa: S104 - it is for all who join
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    every_s: Annotated[float, Field(gt=0, le=3_600)] = 60.0
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    folder: File | None = None
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{1,20}$")] = "112"


class SirenSection(BaseModel):
    """A siren, loudspeaker or strobe that hangs on this node; see `edge.siren.port.Wiring`."""

    model_config = _STRICT

    siren: Id
    driver: Driver
    chip: Annotated[str, Field(pattern=r"^/dev/[a-z0-9-]+$", max_length=64)] = "/dev/gpiochip0"
    line: Annotated[int, Field(ge=0, le=1_023)] | None = None
    active_low: bool = False
    file: File | None = None
    longest_s: Annotated[float, Field(ge=1, le=600)] = 120.0
    drill_on_s: Annotated[float, Field(ge=0.1, le=60)] = 1.0
    drill_off_s: Annotated[float, Field(ge=0.1, le=60)] = 3.0

    @model_validator(mode="after")
    def _hangs_somewhere(self) -> Self:
        needed, other = ("line", "file") if self.driver == "gpio" else ("file", "line")
        if getattr(self, needed) is None:
            raise ValueError(f"a siren of the driver {self.driver} needs {needed}")
        if getattr(self, other) is not None:
            raise ValueError(f"a siren of the driver {self.driver} has no {other}")
        return self

    def wiring(self, beside: Path) -> Wiring:
        """`beside`: the configuration's file."""
        return Wiring(
            self.siren,
            self.driver,
            chip=self.chip,
            line=self.line or 0,
            active_low=self.active_low,
            file="" if self.file is None else str(_beside(beside, self.file).absolute()),
            longest_s=self.longest_s,
            drill_on_s=self.drill_on_s,
            drill_off_s=self.drill_off_s,
        )


class NodeConfig(BaseModel):
    """The whole file."""

    model_config = _STRICT

    node: NodeSection
    brokers: Annotated[tuple[BrokerSection, ...], Field(min_length=1, strict=False)]
    sensors: Annotated[tuple[SensorSection, ...], Field(min_length=1, max_length=63, strict=False)]
    tls: TlsSection | None = None
    spool: SpoolSection = SpoolSection()
    transport: TransportSection = TransportSection()
    rising: RisingSection = RisingSection()
    portal: PortalSection | None = None
    sirens: Annotated[tuple[SirenSection, ...], Field(max_length=8, strict=False)] = ()

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        names = [one.sensor for one in self.sensors]
        for name in names:
            if name == DROPS_SENSOR:
                raise ValueError(f"the name {DROPS_SENSOR!r} belongs to the spool's own reports")
            if names.count(name) > 1:
                raise ValueError(f"two sensors are called {name!r}")
        sirens = [one.siren for one in self.sirens]
        for name in sirens:
            if sirens.count(name) > 1:
                raise ValueError(f"two sirens are called {name!r}")
        places = [(one.driver, one.chip, one.line, one.file) for one in self.sirens]
        if len(set(places)) < len(places):
            raise ValueError("two sirens hang on the same line")
        return self


class Loaded(BaseModel):
    """A configuration that is known to be sound, with every sensor's options and limits."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    config: NodeConfig
    spool: Path
    tls: Tls | None
    portal_folder: Path
    options: dict[str, BaseModel]
    limits: dict[str, QualityLimits]
    sirens: tuple[Wiring, ...] = ()

    @property
    def brokers(self) -> list[BrokerAddress]:
        return [BrokerAddress(one.host, one.port) for one in self.config.brokers]

    @property
    def transport(self) -> Transport:
        return Transport(boot_delay_s=self.config.node.boot_delay_s, **_said(self.config.transport))

    @property
    def rising(self) -> RisingLimits:
        return RisingLimits(**_said(self.config.rising))

    @property
    def bound(self) -> Bound:
        return Bound(**_said(self.config.spool))


def _portal_folder(config: NodeConfig) -> Path:
    """Beside the spool where nothing is said."""
    said = config.portal.folder if config.portal is not None else None
    return said or config.node.spool.parent / "portal"


def _said(section: BaseModel) -> dict[str, Any]:
    return section.model_dump(exclude_none=True)


def load(path: Path, *, keys: bool = True) -> Loaded:
    """Read and judge `node.toml`. Raises BadInput: one sentence with file, line where it is known, field and remedy.

    `keys` False: for a process that may not see the node's key; `[tls]` counts as not there."""
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        twice = "overwrite" in str(error)
        remedy = "A name stands here twice." if twice else "This line is not TOML; text stands in double quotes."
        raise BadInput(str(error), where=str(path), remedy=remedy) from None
    try:
        config = NodeConfig.model_validate(raw)
    except ValidationError as error:
        raise _explain(path, text, (), error) from None
    options: dict[str, BaseModel] = {}
    limits: dict[str, QualityLimits] = {}
    for place, section in enumerate(config.sensors):
        at: tuple[str | int, ...] = ("sensors", place)
        try:
            options[section.sensor] = kinds.load(section.type).Options.model_validate(section.options)
        except ValidationError as error:
            raise _explain(path, text, (*at, "options"), error) from None
        limits[section.sensor] = _limits(path, text, at, section)
    tls = config.tls
    return Loaded(
        config=config,
        spool=_beside(path, config.node.spool),
        portal_folder=_beside(path, _portal_folder(config)),
        tls=_tls(path, text, tls) if tls is not None and keys else None,
        options=options,
        limits=limits,
        sirens=tuple(one.wiring(path) for one in config.sirens),
    )


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()[: _MAX_BYTES + 1]
    except OSError as error:
        raise BadInput(
            f"the configuration cannot be read ({error.strerror})", where=str(path), remedy="Name a node.toml."
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(f"line {line} is not UTF-8 text", where=str(path), remedy="Save the file as UTF-8.") from None
    if len(data) > _MAX_BYTES:
        raise BadInput("the file is over 1 MiB", where=str(path), remedy="This is no node.toml.")
    return text


def _limits(path: Path, text: str, at: tuple[str | int, ...], section: SensorSection) -> QualityLimits:
    """The kind's default limits with what the file says on top."""
    default = default_limits(section.type)
    known = {field.name: getattr(default, field.name) for field in fields(QualityLimits)}
    strange = sorted(section.quality.keys() - known.keys())
    if strange:
        loc = (*at, "quality", strange[0])
        raise BadInput(
            f"{'.'.join(map(str, loc))}: there is no such limit",
            where=_where(path, _line_of(text, loc)),
            remedy="Remove this name or mend its spelling.",
        )
    merged = known | section.quality
    try:
        return TypeAdapter(QualityLimits).validate_python(merged)
    except ValidationError as error:
        raise _explain(path, text, (*at, "quality"), error) from None


def _tls(path: Path, text: str, section: TlsSection) -> Tls:
    files = {name: _beside(path, getattr(section, name)) for name in ("ca_file", "cert_file", "key_file")}
    for name, file in files.items():
        if not file.is_file():
            line = _line_of(text, ("tls", name))
            raise BadInput(
                f"tls.{name}: there is no file {file}", where=_where(path, line), remedy="Enrol the node, or mend it."
            )
    return Tls(**files)


def _beside(path: Path, file: Path) -> Path:
    return file if file.is_absolute() else path.parent / file


def _explain(path: Path, text: str, before: tuple[str | int, ...], error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_context=False)[0]
    loc = (*before, *first["loc"])
    name = ".".join(str(part) for part in loc) or "the file"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    message = first["msg"].removeprefix("Value error, ")
    given = first.get("input")
    shown = f", got {given!r}" if isinstance(given, str | int | float | bool) else ""
    return BadInput(
        f"{name}: {message}{shown}{more}", where=_where(path, _line_of(text, loc)), remedy=_remedy(first["type"])
    )


def _remedy(kind: str) -> str:
    if kind == "extra_forbidden":
        return "Remove this name or mend its spelling."
    if kind == "missing":
        return "Add it."
    return "Change the value."


def _where(path: Path, line: int | None) -> str:
    return f"{path}, line {line}" if line is not None else str(path)


def _line_of(text: str, loc: tuple[str | int, ...]) -> int | None:
    """The line of a field, as well as it can be told without a parser that remembers: follow headers, then the key."""
    lines = text.splitlines()
    start: int | None = None
    key = str(loc[-1]) if loc and isinstance(loc[-1], str) else ""
    if loc:
        table = re.compile(rf"^\s*\[\[?\s*{re.escape(str(loc[0]))}\s*\]")
        hits = [number for number, line in enumerate(lines) if table.match(line)]
        index = loc[1] if len(loc) > 1 and isinstance(loc[1], int) else 0
        start = hits[index] if index < len(hits) else None
    if start is None:
        return None
    named = re.compile(rf"(^|[\s{{,.])\"?{re.escape(key)}\"?\s*=")
    for number in range(start + 1, len(lines)):
        if re.match(r"^\s*\[\[?\s*(?!" + re.escape(str(loc[0])) + r"\.)", lines[number]):
            break
        if key and named.search(lines[number]):
            return number + 1
    return start + 1
