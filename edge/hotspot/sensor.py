"""The hotspot sensor: one look from the gateway outwards, each step with a deadline of its own."""

from __future__ import annotations

import secrets
import ssl
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel, ConfigDict, Field, field_validator

from contract.errors import BadInput
from contract.kinds import HotspotValues
from edge.hotspot.gateway import default_gateway, gateway_answers
from edge.hotspot.names import NameFailure, Resolver, ask, look_up, system_resolver
from edge.hotspot.portal import Verdict, probe
from edge.hotspot.reach import Trip, broker_accepts, round_trip_ms, summary
from edge.hotspot.stations import stations
from edge.ports import Sensor, SensorFault, SensorInfo

log = structlog.get_logger()


class Options(BaseModel):
    """What a technician may set for a hotspot."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    probe_url: str = Field(
        default="", description="http(s) address of the city's probe page; empty: internet is not judged"
    )
    dns_name: str = Field(default="", description="a name of the city's own to resolve; empty: names are not judged")
    resolver: str = Field(default="", description="IP address of the resolver to ask; empty: the system's first")
    resolver_port: int = Field(default=53, ge=1, le=65535, description="UDP port of that resolver")
    broker: str = Field(
        default="", description="name or address of the city's broker; empty: neither it nor latency is judged"
    )
    broker_port: int = Field(default=8883, ge=1, le=65535, description="its TCP port")
    broker_tls: bool = Field(default=True, description="say a TLS hello and check the broker's certificate")
    broker_ca: str = Field(
        default="", description="PEM file of the authority that signed the broker; empty: the system's"
    )
    gateway: str = Field(default="", description="IPv4 address of the gateway; empty: that of the default route")
    stations: Literal["none", "iw", "hostapd_cli", "ubus"] = Field(
        default="none", description="which tool counts the associated stations; only the number leaves it"
    )
    stations_interface: str = Field(
        default="wlan0", pattern=r"^[A-Za-z0-9._-]{1,15}$", description="the access point's device"
    )
    stations_program: str = Field(default="", description="full path of the tool where it is not on the PATH")
    probes: int = Field(default=5, ge=1, le=50, description="round trips a look, for latency and loss")
    timeout_s: Annotated[float, Field(gt=0, le=30)] = Field(default=3.0, description="how long one step may take, in s")

    @field_validator("probe_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("probe_url must begin with http:// or https:// and name a host")
        if url and (urlsplit(url).query or urlsplit(url).username):
            raise ValueError("probe_url carries neither a query nor a user; the nonce is added by the node")
        return url


class HotspotSensor:
    """One look at a public WiFi point a period. A step that is not configured stays null."""

    def __init__(
        self, info: SensorInfo, options: Options, *, proc: Path = Path("/proc"), etc: Path = Path("/etc")
    ) -> None:
        self.info = info
        self._options = options
        self._proc = proc
        self._etc = etc
        self._resolver = Resolver(options.resolver, options.resolver_port) if options.resolver else None
        self._tls = _trust(options.broker_ca) if options.broker_tls else None
        self._said: dict[str, str] = {}

    @property
    def timeout_s(self) -> float:
        # Gateway, names, probe with its name, broker with its name, stations: 6.5 steps beside the round trips.
        steps = 6.5 + self._options.probes
        return steps * self._options.timeout_s + 1

    def sample(self) -> HotspotValues:
        """Gateway, names, internet, broker, round trips, stations. Raises SensorFault where nothing is configured
        that could be measured, or nothing of it could be told."""
        gateway_ok = self._gateway()
        verdict = self._internet()
        broker_ok, trip = self._city()
        values = HotspotValues(
            gateway_ok=gateway_ok,
            dns_ok=self._names(),
            internet=verdict.internet,
            broker_ok=broker_ok,
            clients=self._stations(),
            latency_ms=trip.latency_ms if trip else None,
            loss_percent=trip.loss_percent if trip else None,
        )
        if all(value is None for value in values.model_dump().values()):
            raise SensorFault(verdict.fault or "nothing could be told: no gateway, no probe and no broker configured")
        return values

    def close(self) -> None:
        """Nothing stays open between looks."""

    def _gateway(self) -> bool | None:
        address = self._options.gateway
        if not address:
            try:
                table = (self._proc / "net" / "route").read_text()
            except OSError:
                return None
            found = default_gateway(table)
            if found is None:
                self._tell("gateway", "there is no default route")
                return False
            address = found
        answers = gateway_answers(address, self._options.timeout_s, self._proc)
        self._tell("gateway", "" if answers else f"the gateway {address} does not answer")
        return answers

    def _names(self) -> bool | None:
        if not self._options.dns_name:
            return None
        resolver = self._resolver or system_resolver(_text(self._etc / "resolv.conf"))
        if resolver is None:
            self._tell("dns", "this machine has no resolver configured")
            return False
        try:
            ask(self._options.dns_name, resolver, self._options.timeout_s)
        except NameFailure as failure:
            self._tell("dns", f"{self._options.dns_name}: {failure}")
            return False
        self._tell("dns", "")
        return True

    def _internet(self) -> Verdict:
        if not self._options.probe_url:
            return Verdict(None)
        verdict = probe(self._options.probe_url, secrets.token_hex(16), self._options.timeout_s, self._resolver)
        self._tell("internet", verdict.fault)
        return verdict

    def _city(self) -> tuple[bool | None, Trip | None]:
        name, port, timeout_s = self._options.broker, self._options.broker_port, self._options.timeout_s
        if not name:
            return None, None
        try:
            address = look_up(name, self._resolver, timeout_s, self._etc)
        except NameFailure as failure:
            self._tell("broker", f"{name}: {failure}")
            return False, Trip(None, 100.0)
        failed = broker_accepts(address, port, timeout_s, self._tls, name)
        self._tell("broker", failed)
        return not failed, summary([round_trip_ms(address, port, timeout_s) for _ in range(self._options.probes)])

    def _stations(self) -> int | None:
        options = self._options
        if options.stations == "none":
            return None
        count = stations(options.stations, options.stations_interface, options.timeout_s, options.stations_program)
        self._tell("stations", "" if count is not None else f"{options.stations} does not list the stations")
        return count

    def _tell(self, step: str, fault: str) -> None:
        """Log a fault when it begins or changes, and once when it is over."""
        before = self._said.get(step, "")
        if fault and fault != before:
            log.warning("hotspot.fault", sensor=self.info.sensor, step=step, fault=fault)
        elif before and not fault:
            log.info("hotspot.healed", sensor=self.info.sensor, step=step)
        self._said[step] = fault


def build(sensor: str, period_s: float, options: Options) -> Sensor:
    """A hotspot sensor. Nothing is opened before the first sample."""
    return HotspotSensor(SensorInfo(sensor=sensor, kind="hotspot", period_s=period_s, model="wifi point"), options)


def _trust(authority: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority or None)
    except OSError as error:
        raise BadInput(
            f"the authority's certificate cannot be read ({error.strerror or error})",
            where=f"broker_ca = {authority!r}",
            remedy="Give the path of a PEM file, or leave it empty for the system's authorities.",
        ) from None


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
