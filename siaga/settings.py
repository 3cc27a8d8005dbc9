"""Every setting of the city's side, in one tree.

Read from the environment (`SIAGA_…`), then from the TOML file that `SIAGA_CONFIG` or `--config` names; the first wins.
A wrong setting stops the start with its name. Secrets come from files, never from the tree itself, and none has a
default; one that is empty, short, a default word or for everybody's eyes stops the start. The node's side has its own
file, `node.toml` (see docs/node-toml.md).
"""

from __future__ import annotations

import os
import re
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from contract.errors import BadInput
from contract.topics import ID_PATTERN
from siaga import secret_files

PREFIX = "SIAGA_"
CONFIG_VARIABLE = "SIAGA_CONFIG"
RETIRED = {
    "open311_keys_file": (
        "the keys that may file by Open311 are no file any more: the city's database keeps them, hashed",
        "Take the setting away; an administrator makes a key with the role service, and can revoke it.",
    )
}
"""settings that were, and what has come in their place"""
Port = Annotated[int, Field(ge=1, le=65_535)]


class Broker(BaseModel):
    """Where one broker listens."""

    host: str
    port: Port


class Settings(BaseSettings):
    """What `siaga up`, `ingest`, `alerts`, `api` and their helpers need to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    city: Annotated[str, Field(pattern=ID_PATTERN)] = Field(
        default="yogyakarta", description="the city this process serves: a folder of cities_folder"
    )
    cities_folder: Path | None = Field(
        default=None, description="where the city folders are; the package's own if empty"
    )
    data_folder: Path = Field(default=Path("var"), description="databases, broker store and heartbeats")

    mqtt_port: Port = Field(default=1883, description="`siaga up`: where the embedded broker listens on loopback")
    brokers: Annotated[tuple[Broker, ...], NoDecode] = Field(
        default_factory=lambda before: (Broker(host="127.0.0.1", port=before.get("mqtt_port", 1883)),),
        description="host:port, several with commas; the embedded broker of `siaga up` if not set",
    )
    broker_protocol: Literal["3.1.1", "5"] = Field(default="3.1.1", description="5 only where every broker has it")
    broker_share: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        default="", description="MQTT 5 shared subscription by which copies of ingest share the work"
    )
    node_readings_per_min: Annotated[float, Field(ge=60, le=1_000_000)] = Field(
        default=1_000,
        description="what a node may say for ever, and twenty times as much at once; more is left with it until later",
    )
    broker_keepalive_s: Annotated[int, Field(ge=3, le=3_600)] = Field(
        default=30,
        description="MQTT's keep-alive of ingest and alerts: a connection that died without a word is given up within "
        "1.5 times this",
    )
    broker_ca_file: Path | None = Field(default=None, description="the CA that signed the broker; sets TLS on")
    broker_cert_file: Path | None = Field(default=None, description="this service's certificate")
    broker_key_file: Path | None = Field(default=None, description="its key")

    readings_url: str = Field(
        default="", description="sqlite:///file or influxdb://host:port/bucket?org=…; a file in data_folder if empty"
    )
    readings_token_file: Path | None = Field(default=None, description="holds InfluxDB's token")
    city_url: str = Field(
        default="", description="sqlite:///file or postgresql+psycopg://…; a file in data_folder if empty"
    )
    city_password_file: Path | None = Field(default=None, description="holds PostgreSQL's password")

    api_host: str = Field(default="127.0.0.1", description="the address the pages listen on")
    api_port: Port = Field(default=8080, description="the port the pages listen on")
    base_url: str = Field(default="", description="how people reach the pages; http://api_host:api_port if empty")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="networks of the proxies before the pages, with commas: their X-Forwarded-For is believed",
    )

    oidc_issuer: str = Field(
        default="", description="the OpenID provider of the city's own accounts (docs/people.md); none if empty"
    )
    oidc_client_id: str = Field(default="", description="the name by which the provider knows these pages")
    oidc_client_secret_file: Path | None = Field(default=None, description="holds the secret that goes with it")
    oidc_roles: str = Field(
        default="",
        description="who becomes what, with commas, the first that fits: groups=bpbd:officer/bpbd, groups=it:admin",
    )
    oidc_break_glass: str = Field(
        default="", description="the one administrator who may still sign in with a password; everybody if empty"
    )

    posts_folder: Path | None = Field(
        default=None,
        description="where the book of the gauge keepers and their posts' spools are kept, by one `siaga api` alone; "
        "a folder in data_folder if empty",
    )
    posts_brokers: Annotated[tuple[Broker, ...], NoDecode] = Field(
        default=(), description="host:port of the listener for nodes, for the posts; the same as brokers if empty"
    )
    posts_identities: Path | None = Field(
        default=None, description="for a broker with TLS: where each POST/ca.crt, tls.crt and tls.key are"
    )

    cap_folder: Path | None = Field(
        default=None,
        description="where the key that signs CAP alerts is kept with its certificate, made where it is not there yet "
        "(docs/cap.md); data_folder if empty",
    )

    signing_key_file: Path | None = Field(
        default=None,
        description="the key that signs what the public is told; made once as bulletins.key in data_folder if not set",
    )
    snapshot_folder: Path | None = Field(
        default=None,
        description="where `siaga snapshot` keeps the public pages as files (docs/snapshot.md); `siaga up` takes them "
        "where it is set",
    )
    snapshot_every_s: Annotated[float, Field(ge=1, le=3_600)] = Field(
        default=15.0, description="how often the public pages are taken as files"
    )
    snapshot_from: str = Field(
        default="", description="the pages' server as `siaga snapshot` reaches it; api_port of this machine if empty"
    )
    snapshot_then: str = Field(
        default="",
        description="a command run in the newest snapshot's folder: rclone sync . bucket:siaga; none if empty",
    )

    webhooks_file: Path | None = Field(
        default=None, description="TOML: which of the city's own systems are told of incidents (docs/webhooks.md)"
    )
    channels_file: Path | None = Field(
        default=None, description="TOML: by which providers people on duty are woken (docs/duty.md)"
    )
    sirens_file: Path | None = Field(
        default=None, description="TOML: the sirens and loudspeakers that sound an order to leave (docs/chain.md)"
    )
    inbound_file: Path | None = Field(
        default=None, description="TOML: the providers that bring what people send by message (docs/inbound.md)"
    )
    reach_file: Path | None = Field(
        default=None, description="TOML: by which providers residents are told (docs/reach.md); nobody is if not set"
    )
    systems_file: Path | None = Field(
        default=None, description="TOML: the city's own complaint systems that cases are filed in (docs/systems.md)"
    )
    reach_senders: int = Field(
        default=1,
        ge=1,
        le=16,
        description="how many processes send to residents: one core carries about 50,000 messages in a minute",
    )
    bmkg_url: str = Field(
        default="",
        description="BMKG's feed of weather warnings, https://www.bmkg.go.id/alerts/nowcast/id (docs/weather.md); "
        "nobody is asked if empty",
    )
    outward_allow: str = Field(
        default="",
        description="networks of the city's own, with commas, to which messages may be sent: 10.20.0.0/16; public "
        "addresses alone if empty",
    )

    scenario: str = Field(
        default="", description="`siaga up`: the simulated fleet to run beside the city; none if empty"
    )
    speed: Annotated[float, Field(gt=0, le=10_000)] = Field(
        default=1.0, description="how many times as fast the world runs; rules and quality checks follow"
    )
    seed: int = Field(default=1, description="of the simulated fleet")
    lease_ttl_s: Annotated[float, Field(ge=2, le=120)] = Field(
        default=10.0, description="after this long without a sign of life another engine takes the city"
    )
    lease_holder: str = Field(
        default="",
        description="who holds the lease; this machine and process if empty. A name that stays, where one engine is "
        "started again and two never run at once, spares the new one the wait for the dead one's lease",
    )
    hung_after_s: Annotated[float, Field(ge=3, le=3_600)] = Field(
        default=60.0,
        description="a process whose loop stands still for so long ends itself, or is killed by `siaga up`, and is "
        "started again; more than the 30 s that one answer of InfluxDB may take",
    )
    log_format: Literal["json", "console"] = Field(default="json", description="lines for machines or for people")

    @field_validator("brokers", "posts_brokers", mode="before")
    @classmethod
    def _split_brokers(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        brokers = []
        for part in filter(None, (part.strip() for part in value.split(","))):
            host, colon, port = part.rpartition(":")
            if not colon or not port.isdigit():
                raise ValueError(f"{part!r} is not host:port")
            brokers.append({"host": host, "port": int(port)})
        if not brokers:
            raise ValueError("no broker named")
        return brokers

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: Any) -> Any:
        return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                network = ip_network(text, strict=False)
            except ValueError:
                raise ValueError(f"{text!r} is no network; write 10.0.0.0/8 or 10.1.2.3") from None
            if network.prefixlen == 0:
                raise ValueError(f"{text!r} is everybody: then anybody may say from where they come")
        return value

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Settings:
        parts = (self.broker_ca_file, self.broker_cert_file, self.broker_key_file)
        if any(parts) and not all(parts):
            raise ValueError("broker_ca_file, broker_cert_file and broker_key_file go together")
        return self

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Settings:
        parts = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret_file)
        if any(parts) and not all(parts):
            raise ValueError("oidc_issuer, oidc_client_id and oidc_client_secret_file go together")
        if (self.oidc_roles or self.oidc_break_glass) and not self.oidc_issuer:
            raise ValueError("oidc_roles and oidc_break_glass need an oidc_issuer")
        return self

    @model_validator(mode="after")
    def _shares_need_mqtt_5(self) -> Settings:
        if self.broker_share and self.broker_protocol != "5":
            raise ValueError("broker_share needs broker_protocol 5")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get(CONFIG_VARIABLE)
        sources = (init_settings, env_settings)
        return (*sources, InitSettingsSource(settings_cls, tomllib.loads(_text(Path(file))))) if file else sources

    # What is said in the shortest way above, said in full.

    @property
    def readings_location(self) -> str:
        return self.readings_url or f"sqlite:///{self.data_folder.absolute() / 'readings.sqlite3'}"

    @property
    def city_location(self) -> str:
        return self.city_url or f"sqlite:///{self.data_folder.absolute() / 'city.sqlite3'}"

    @property
    def public_url(self) -> str:
        return (self.base_url or f"http://{self.api_host}:{self.api_port}").rstrip("/")

    @property
    def posts_location(self) -> Path:
        return self.posts_folder or self.data_folder / "posts"

    @property
    def cap_location(self) -> Path:
        return (self.cap_folder or self.data_folder) / "cap.pem"

    @property
    def run_folder(self) -> Path:
        """Where each process leaves its heartbeat."""
        return self.data_folder / "run"


def load(**overrides: Any) -> Settings:
    """The settings in force. Raises BadInput naming the first wrong setting and where it came from."""
    file = os.environ.get(CONFIG_VARIABLE)
    if file:
        _check_file(Path(file))
    for name, (what, remedy) in RETIRED.items():
        if PREFIX + name.upper() in os.environ:
            raise BadInput(what, where=f"setting {PREFIX}{name.upper()}", remedy=remedy)
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and name not in {*known_variables(), CONFIG_VARIABLE, *_OTHERS_VARIABLES}
    )
    if unknown:
        raise BadInput(
            f"there is no setting {unknown[0]}",
            where="environment",
            remedy="`siaga settings` lists all of them.",
        )
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        message = first["msg"].removeprefix("Value error, ")
        raise BadInput(
            f"{message}, got {first.get('input')!r}" if first["loc"] else message,
            where=_said_at(name, file, overrides) if first["loc"] else "settings",
            remedy="`siaga settings` says what it means.",
        ) from None
    if (weak := secret_files.check(settings)) is not None:
        name, wrong = weak
        raise BadInput(wrong.what, where=_said_at(name, file, overrides), remedy=wrong.remedy)
    return settings


_OTHERS_VARIABLES = ("SIAGA_SHARED_DATA", "SIAGA_TEST_INFLUX_URL", "SIAGA_TEST_INFLUX_TOKEN")


def known_variables() -> tuple[str, ...]:
    """Every environment variable the city's side reads."""
    return tuple(PREFIX + name.upper() for name in Settings.model_fields)


def _text(path: Path) -> str:
    """The file, with or without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}", where=str(path), remedy=f"Check {CONFIG_VARIABLE}."
        ) from None
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", where=str(path), remedy="Save it as UTF-8.") from None


def _check_file(path: Path) -> None:
    text = _text(path)
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            f"is not TOML: {error}", where=str(path), remedy="Mend the line; text stands in double quotes."
        ) from None
    for name, (what, remedy) in RETIRED.items():
        if name in told:
            raise BadInput(what, where=f"{path}, line {_line_of(text, name)}: {name}", remedy=remedy)
    unknown = next((name for name in told if name not in Settings.model_fields), None)
    if unknown is not None:
        raise BadInput(
            f"there is no setting {unknown}",
            where=f"{path}, line {_line_of(text, unknown)}",
            remedy="`siaga settings` lists all of them; here they stand without SIAGA_ and in lower case.",
        )


def _said_at(name: str, file: str | None, overrides: dict[str, Any]) -> str:
    """Where a setting was said: in the file with its line, unless something stronger said it too."""
    variable = PREFIX + name.upper()
    if file and variable not in os.environ and overrides.get(name) is None:
        return f"{file}, line {_line_of(Path(file).read_text(encoding='utf-8'), name)}: {name}"
    return f"setting {variable}"


def _line_of(text: str, name: str) -> int:
    """Where a name of the first level stands, counted from 1."""
    named = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}\b""")
    return next((at for at, line in enumerate(text.splitlines(), start=1) if named.match(line)), 1)


def read_secret(path: Path | None) -> str:
    """A secret from its file, stripped; empty where no file is named. Raises BadInput naming the file."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path)) from None
