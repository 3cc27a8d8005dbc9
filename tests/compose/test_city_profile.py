"""The city profile: accepted by the real Docker Compose, and true of the code it starts."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from api.app import create_app
from cities.load import available, load
from contract.clock import SystemClock
from contract.errors import BadInput
from fleet.handover import CERTIFICATE, KEY, REVOKED, REVOKED_SERVICES, TRUST, TRUST_IN_SERVICES
from fleet.names import SERVICES
from siaga import secret_files, wiring
from siaga import settings as settings_module
from siaga.cli import app
from store import open_city, open_readings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = Path(sys.executable).with_name("docker-compose")
IDENTITY = "/run/identity"
PASSED_ON = {
    "SIAGA_WEBHOOKS_FILE": "/run/webhooks/webhooks.toml",
    "SIAGA_OUTWARD_ALLOW": "10.20.0.0/16",
    "SIAGA_CHANNELS_FILE": "/run/duty/channels.toml",
    "SIAGA_SIRENS_FILE": "/run/duty/sirens.toml",
    "SIAGA_INBOUND_FILE": "/run/duty/inbound.toml",
    "SIAGA_SYSTEMS_FILE": "/run/duty/systems.toml",
}
"""what `.env` may say to `alerts` as it stands"""
REACH = {"SIAGA_REACH_FILE": "/run/duty/reach.toml"}
"""the same to `reach`, and to the pages"""
OPENID = {
    "SIAGA_OIDC_ISSUER": "https://sso.kota.example/realms/kota",
    "SIAGA_OIDC_CLIENT_ID": "siaga",
    "SIAGA_OIDC_CLIENT_SECRET_FILE": "/run/openid/client",
    "SIAGA_OIDC_ROLES": "groups=siaga-teknisi:technician, groups=siaga-bpbd:officer/bpbd",
    "SIAGA_OIDC_BREAK_GLASS": "darurat",
    "SIAGA_OUTWARD_ALLOW": "10.20.0.0/16",
}
"""and what to the pages"""
GIVEN = {"SIAGA_CITY": "yogyakarta", "SIAGA_BASE_URL": "https://siaga.example"}


def compose(*arguments: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The real Docker Compose on our file, with nothing of this machine's environment but the path."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **given}
    command = [str(COMPOSE), "-f", str(ROOT / "docker-compose.yml"), "--env-file", os.devnull, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """All services, with anchors and variables resolved by Compose itself."""
    answer = compose("config", "--format", "json", given=GIVEN)
    assert answer.returncode == 0, answer.stderr
    resolved: dict[str, dict[str, Any]] = json.loads(answer.stdout)["services"]
    return resolved


@pytest.fixture(scope="module")
def stages(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in services.items() if one["image"].startswith("siaga:")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What docker/make-secrets.sh makes."""
    folder = tmp_path_factory.mktemp("secrets") / "made"
    make_secrets(folder, "broker.example", "jog-gauge-01")
    return folder


def make_secrets(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(ROOT / "docker" / "make-secrets.sh"), *arguments],
        env={**os.environ, "SECRETS_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_what_is_not_set_stops_the_start(missing: str) -> None:
    """No setting of the city is guessed: Compose refuses and names it."""
    answer = compose("config", "-q", given={name: value for name, value in GIVEN.items() if name != missing})
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_example_is_enough() -> None:
    """`.env.example` as it stands makes a valid profile, and holds no secret."""
    text = (ROOT / ".env.example").read_text()
    given = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert compose("config", "-q", given=given).returncode == 0
    assert given["SIAGA_CITY"] in available()
    assert not re.search(r"(?im)^#?\w*(password|token|secret_key)\w*=", text)


def test_every_variable_is_explained() -> None:
    """Each variable that the file reads stands in `.env.example`."""
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    shown = set(re.findall(r"(?m)^#?(\w+)=", (ROOT / ".env.example").read_text()))
    assert read | set(PASSED_ON) | set(REACH) | set(OPENID) == shown


def test_every_command_exists(stages: dict[str, dict[str, Any]]) -> None:
    """What a container starts is a command of the CLI."""
    assert {"apply", "ingest", "alerts", "reach", "watch", "api"} == set(stages)
    for name, stage in stages.items():
        command: Any = typer.main.get_command(app)
        for word in stage["command"]:
            if word.startswith("-"):
                assert word in {option for one in command.params for option in one.opts}, f"{name}: {word}"
                break
            assert word in command.commands, f"{name}: {stage['command']}"
            command = command.commands[word]


def test_every_setting_exists_and_loads(stages: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each container's environment is one that the settings accept."""
    for stage in stages.values():
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("SIAGA_")]:
                patch.delenv(name)
            for name, value in stage["environment"].items():
                assert name in settings_module.known_variables()
                assert (value is None) == (name in {**PASSED_ON, **REACH, **OPENID})
                if value is not None:
                    patch.setenv(name, str(value))
            loaded = settings_module.load()
        assert loaded.city == "yogyakarta"
        assert loaded.city_location.startswith("postgresql+psycopg://")
        if "SIAGA_READINGS_URL" in stage["environment"]:
            assert loaded.readings_location.startswith("influxdb://")


def test_each_stage_has_what_it_reads_and_no_secret_more(stages: dict[str, dict[str, Any]]) -> None:
    """What a stage's command asks of the settings, found in the code, is what its container is given: the address of a
    store where it opens that store, and of all secrets those files alone that it opens."""
    for name, stage in stages.items():
        read = settings_read(stage["command"])
        given = {one.removeprefix("SIAGA_").lower() for one in stage["environment"]}
        for address in ("city_url", "readings_url"):
            assert (address in given) == (address in read), f"{name}: {address}"
        wanted = {one for one in read if one.endswith("_file")}
        assert {one for one in given if one.endswith("_file")} == wanted, name
        named = {value for value in stage["environment"].values() if value}
        assert {f"/run/secrets/{one['source']}" for one in stage["secrets"]} == {
            one for one in named if one.startswith("/run/secrets/")
        }
        assert bool(_identities(stage)) == ("broker_key_file" in wanted)


def settings_read(words: list[str]) -> set[str]:
    """The settings that a command asks for, by itself or through whatever function of `siaga` it calls."""
    command: Any = typer.main.get_command(app)
    for word in words:
        if not word.startswith("-") and word in getattr(command, "commands", {}):
            command = command.commands[word]
    files = [*(ROOT / "siaga").glob("*.py"), *(ROOT / "siaga" / "commands").glob("*.py")]
    functions = {
        (file.stem, node.name): node
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    read: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(command.callback.__module__.rpartition(".")[2], command.callback.__name__)]
    while waiting:
        here = waiting.pop()
        if here in seen or here not in functions:
            continue
        seen.add(here)
        for node in ast.walk(functions[here]):
            match node:
                case ast.Attribute(value=ast.Name(id="settings" | "self"), attr=said):
                    read.add(said)
                    waiting.append(("settings", said))
                case ast.Call(func=ast.Name(id=called)):
                    waiting.append((here[0], called))
                case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=called)):
                    waiting.append((module, called))
                case _:
                    pass
    return read & set(settings_module.Settings.model_fields)


def test_every_secret_that_is_mounted_is_read(services: dict[str, dict[str, Any]]) -> None:
    """A server's secrets are those that its image is told of; Grafana reads one more in the data source."""
    source = (ROOT / "dashboards" / "provisioning" / "datasources" / "siaga.yaml").read_text()
    for name in ("broker", "postgres", "influxdb", "grafana"):
        said = [*services[name]["environment"].values(), *(source.split() if name == "grafana" else [])]
        read = set(re.findall(r"/run/secrets/(\w+)", " ".join(said)))
        assert {one["source"] for one in services[name].get("secrets", [])} == read, name


def test_a_file_for_a_container_is_not_taken_for_everybodys(stages: dict[str, dict[str, Any]]) -> None:
    """Files that are mounted have the host's rights: where they lie, nobody is told that everybody can read them, or no
    stage with a key would start."""
    places = {
        Path(value).parent
        for stage in stages.values()
        for name, value in stage["environment"].items()
        if name.endswith("_FILE") and value
    }
    assert places == set(secret_files.GIVEN_TO_CONTAINERS)
    assert not any(secret_files.seen_by_all(place / "tls.key") for place in places)


def test_webhooks_are_passed_on_where_they_are_set(stages: dict[str, dict[str, Any]]) -> None:
    """Unset, nobody is told; set in `.env`, `alerts` has the file in the folder that is mounted, and a way out to whom
    it names. Servers and the other stages have none."""
    assert {one: stages["alerts"]["environment"][one] for one in PASSED_ON} == dict.fromkeys(PASSED_ON)
    told = {**GIVEN, **PASSED_ON, "WEBHOOKS_FOLDER": "/etc/siaga/webhooks"}
    config = json.loads(compose("config", "--format", "json", given=told).stdout)
    alerts = config["services"]["alerts"]
    assert {one: alerts["environment"][one] for one in PASSED_ON} == PASSED_ON
    (folder,) = [one for one in alerts["volumes"] if one["source"] == "/etc/siaga/webhooks"]
    assert Path(PASSED_ON["SIAGA_WEBHOOKS_FILE"]).parent == Path(folder["target"])
    assert folder["bind"]["create_host_path"] is False
    outward = [name for name, one in config["services"].items() if "outward" in one["networks"]]
    assert outward == ["alerts", "reach"]
    assert not (config["networks"]["outward"] or {}).get("internal")
    assert "ports" not in alerts


def test_channels_and_sirens_are_passed_on_where_they_are_set(stages: dict[str, dict[str, Any]]) -> None:
    """`alerts` and `reach` speak on them and the pages name them: all have the folder of the files, no other has."""
    told = {**GIVEN, **PASSED_ON, **REACH, "DUTY_FOLDER": "/etc/siaga/duty"}
    config = json.loads(compose("config", "--format", "json", given=told).stdout)
    for name in stages:
        folders = [one for one in config["services"][name].get("volumes", []) if one["source"] == "/etc/siaga/duty"]
        assert bool(folders) == (name in {"alerts", "api", "reach"}), name
        for folder in folders:
            duty = {one: path for one, path in PASSED_ON.items() if path.startswith("/run/duty/")}
            files = {"alerts": duty, "api": duty | REACH, "reach": REACH}[name]
            assert {Path(path).parent for path in files.values()} == {Path(folder["target"])}
            assert files.items() <= config["services"][name]["environment"].items()
            assert folder["bind"]["create_host_path"] is False
            assert folder["read_only"]


def test_bmkg_is_asked_where_the_profile_is_chosen(stages: dict[str, dict[str, Any]]) -> None:
    """BMKG's own feed, or what `.env` says; by a container that may go out, and has no secret but the database's."""
    assert "weather" not in stages
    for given, url in (
        ({}, "https://www.bmkg.go.id/alerts/nowcast/id"),
        ({"SIAGA_BMKG_URL": "https://cermin.example/id"}, "https://cermin.example/id"),
    ):
        config = json.loads(compose("--profile", "weather", "config", "--format", "json", given=GIVEN | given).stdout)
        service = config["services"]["weather"]
        assert service["environment"]["SIAGA_BMKG_URL"] == url
        assert service["environment"].keys() <= {*settings_module.known_variables()}
        assert set(service["networks"]) == {"inside", "outward"}
        assert [one["source"] for one in service["secrets"]] == ["postgres_password"]
        assert service["command"] == ["weather"]
        assert "volumes" not in service


def test_the_citys_own_accounts_are_passed_on_where_they_are_set(
    stages: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Unset, the pages know no provider; set in `.env` as its example has it, the settings that the container gets make
    one, and its secret's folder is mounted there and nowhere else."""
    assert {one: stages["api"]["environment"][one] for one in OPENID} == dict.fromkeys(OPENID)
    example = dict(re.findall(r"(?m)^#(SIAGA_O\w+)=(.*)$", (ROOT / ".env.example").read_text()))
    assert {one: example[one] for one in OPENID} == OPENID
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in {**GIVEN, **OPENID}.items()))
    told = compose(
        "--env-file", str(tmp_path / ".env"), "config", "--format", "json", given={"OPENID_FOLDER": "/etc/siaga/openid"}
    )
    assert told.returncode == 0, told.stderr
    services = json.loads(told.stdout)["services"]
    pages = services["api"]
    assert {one: pages["environment"][one] for one in OPENID} == OPENID
    (folder,) = [one for one in pages["volumes"] if one["source"] == "/etc/siaga/openid"]
    assert Path(OPENID["SIAGA_OIDC_CLIENT_SECRET_FILE"]).parent == Path(folder["target"])
    assert (folder["read_only"], folder["bind"]["create_host_path"]) == (True, False)
    assert [name for name, one in services.items() if any("OIDC" in it for it in one["environment"])] == ["api"]
    (tmp_path / "client").touch(0o600)
    (tmp_path / "client").write_text("a secret of the city's provider\n")
    for name, value in pages["environment"].items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("SIAGA_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "client"))
    loaded = settings_module.load()
    assert wiring.openid(loaded, load("yogyakarta"), SystemClock()) is not None
    monkeypatch.delenv("SIAGA_OIDC_CLIENT_SECRET_FILE")
    with pytest.raises(BadInput, match="go together"):
        settings_module.load()


def test_health_is_asked_as_the_code_answers(stages: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """`siaga health STAGE` names a stage; the page's health address answers on the port that is set."""
    for name in ("ingest", "alerts", "reach", "watch"):
        assert stages[name]["healthcheck"]["test"] == ["CMD", "siaga", "health", name]
        assert name in (*wiring.STAGES, *wiring.BESIDE)
    port, path = re.findall(r"127\.0\.0\.1:(\d+)(/[\w/]+)", stages["api"]["healthcheck"]["test"][-1])[0]
    assert stages["api"]["environment"]["SIAGA_API_PORT"] == port
    assert [str(one["target"]) for one in stages["api"]["ports"]] == [port]
    readings = open_readings(f"sqlite:///{tmp_path / 'readings.sqlite3'}")
    cities = open_city(f"sqlite:///{tmp_path / 'city.sqlite3'}")
    try:
        pages = create_app(
            profile=load("yogyakarta"),
            readings=readings,
            cities=cities,
            people=cities,
            clock=SystemClock(),
            base_url="http://x",
        )
        assert "get" in pages.openapi()["paths"][path]
    finally:
        readings.close()
        cities.close()


def test_only_the_broker_is_published(services: dict[str, dict[str, Any]]) -> None:
    """Nodes reach the broker; pages and boards stay on loopback; databases are not reachable at all."""
    published = {
        (name, port["target"]): port.get("host_ip") for name, one in services.items() for port in one.get("ports", [])
    }
    assert published == {("broker", 8883): "0.0.0.0", ("api", 8080): "127.0.0.1", ("grafana", 3000): "127.0.0.1"}  # noqa: S104
    for name in ("postgres", "influxdb", "ingest", "watch", "apply"):
        assert list(services[name]["networks"]) == ["inside"]
    assert set(services["broker"]["networks"]) == {"nodes", "inside"}
    config = json.loads(compose("config", "--format", "json", given=GIVEN).stdout)
    assert config["networks"]["inside"]["internal"] is True


def test_the_proxy_before_the_pages_is_believed(services: dict[str, dict[str, Any]]) -> None:
    """What comes through the published port has the gateway's address: the first of the pages' own network. Only that
    one is believed, and not the containers beside it."""
    config = json.loads(compose("config", "--format", "json", given=GIVEN).stdout)
    subnet = ip_network(config["networks"]["pages"]["ipam"]["config"][0]["subnet"])
    assert services["api"]["environment"]["SIAGA_TRUSTED_PROXIES"] == str(next(subnet.hosts()))
    moved = {**GIVEN, "PAGES_SUBNET": "10.9.8.0/28", "TRUSTED_PROXIES": "10.9.8.1"}
    config = json.loads(compose("config", "--format", "json", given=moved).stdout)
    assert config["networks"]["pages"]["ipam"]["config"][0]["subnet"] == "10.9.8.0/28"
    assert config["services"]["api"]["environment"]["SIAGA_TRUSTED_PROXIES"] == "10.9.8.1"


def test_hardened(services: dict[str, dict[str, Any]]) -> None:
    """Every container: pinned image, nobody's root and none of its rights, nothing writable but volumes and memory, an
    end to its memory, processes and logs."""
    for name, one in services.items():
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", one["image"]), name
        assert one["read_only"] is True, name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["logging"]["options"]["max-size"], name
        assert "privileged" not in one, name
        assert one["restart"] == ("no" if name == "apply" else "unless-stopped"), name
        assert (one["cap_drop"], one.get("cap_add")) == (["ALL"], None), name
        assert 0 < one["pids_limit"] <= 512, name
        assert one["image"].startswith(("siaga:", "grafana/")) or int(one["user"].split(":")[0]) > 0, name
    # A machine of 8 GB; `apply` has ended before the others begin.
    assert sum(int(one["mem_limit"]) for name, one in services.items() if name != "apply") <= 7 * 2**30


def test_a_servers_memory_is_its_users(services: dict[str, dict[str, Any]]) -> None:
    """What a server that is not root writes to in memory belongs to it."""
    for name in ("broker", "postgres", "influxdb"):
        uid, gid = services[name]["user"].split(":")
        own = [one for one in services[name]["tmpfs"] if one != "/tmp"]  # noqa: S108
        assert [one for one in own if not one.endswith(f",uid={uid},gid={gid}")] == [], name


def test_waiting_for_health_needs_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    """Everything that stays up says how it is; only the one that ends is waited for to its end."""
    for name, one in services.items():
        assert ("healthcheck" in one) == (name != "apply")
        for other, wait in one.get("depends_on", {}).items():
            assert wait["condition"] == ("service_completed_successfully" if other == "apply" else "service_healthy")


def test_no_secret_in_an_environment(services: dict[str, dict[str, Any]]) -> None:
    """Secrets come as files: a variable that speaks of one names a file under /run/secrets that is mounted."""
    for name, one in services.items():
        mounted = {
            f"/run/secrets/{secret.get('target') or secret['source']}".replace(
                "/run/secrets//run/secrets/", "/run/secrets/"
            )
            for secret in one.get("secrets", [])
        }
        mounted |= {f"{place}/{file}" for place in _identities(one) for file in (TRUST, CERTIFICATE, KEY)}
        for variable, value in one.get("environment", {}).items():
            if value is None:
                continue
            if re.search(r"PASSWORD|TOKEN|KEY|CERT", variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
            if variable.endswith("_FILE"):
                assert value in mounted, f"{name}: {variable}={value}"


def test_grafana_finds_its_token(services: dict[str, dict[str, Any]]) -> None:
    """The provisioned data source reads a file and variables that its container has."""
    text = (ROOT / "dashboards" / "provisioning" / "datasources" / "siaga.yaml").read_text()
    secrets = {secret["source"] for secret in services["grafana"]["secrets"]}
    assert set(re.findall(r"\$__file\{/run/secrets/(\w+)\}", text)) <= secrets
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= set(services["grafana"]["environment"])
    boards = yaml.safe_load((ROOT / "dashboards" / "provisioning" / "dashboards" / "siaga.yaml").read_text())
    mounted = {volume["target"] for volume in services["grafana"]["volumes"]}
    assert boards["providers"][0]["options"]["path"] in mounted


def test_what_keepers_key_in_outlives_the_container(services: dict[str, dict[str, Any]]) -> None:
    """Their book is on a volume that the image's user owns, not in memory; their posts come in by the nodes' door."""
    api = services["api"]
    told = {name: value for name, value in api["environment"].items() if name.startswith("SIAGA_POSTS_")}
    kept = {volume["target"]: volume["type"] for volume in api["volumes"]}
    assert kept[told["SIAGA_POSTS_FOLDER"]] == "volume"
    assert kept[told["SIAGA_POSTS_IDENTITIES"]] == "bind"
    assert told["SIAGA_POSTS_BROKERS"] == "broker:8883"
    assert set(api["networks"]) & set(services["broker"]["networks"])
    text = (ROOT / "docker" / "Dockerfile").read_text()
    assert f"install -d -o 10001 -g 10001 -m 700 {told['SIAGA_POSTS_FOLDER']}" in text


def test_bind_mounts_exist(services: dict[str, dict[str, Any]]) -> None:
    """What is mounted from the checkout is in it; a party's folder is its own, and one that is missing is not made up.
    All of it is read-only."""
    for name, one in services.items():
        for volume in one.get("volumes", []):
            if volume["type"] != "bind":
                continue
            assert volume["read_only"] is True, name
            if volume["target"] == IDENTITY:
                assert Path(volume["source"]).name == name
                assert volume["bind"]["create_host_path"] is False
            elif volume["target"] in {"/run/webhooks", "/run/openid", "/run/posts"}:
                assert (Path(volume["source"]) / ".gitignore").read_text().splitlines()[1:] == ["*", "!.gitignore"]
            else:
                assert Path(volume["source"]).exists(), f"{name}: {volume['source']}"


def _identities(service: dict[str, Any]) -> list[str]:
    return [volume["target"] for volume in service.get("volumes", []) if volume["target"] == IDENTITY]


def test_the_brokers_log_is_small_in_memory_and_read_by_the_watch(services: dict[str, dict[str, Any]]) -> None:
    """mosquitto.conf writes it into a bounded tmpfs; the watch, as the same user, reads it there; nobody else does."""
    volume = json.loads(compose("config", "--format", "json", given=GIVEN).stdout)["volumes"]["broker-log"]
    options = dict(one.split("=") for one in volume["driver_opts"]["o"].split(","))
    assert (volume["driver_opts"]["type"], options["size"], options["mode"]) == ("tmpfs", "64m", "0700")
    places = {
        name: one_volume["target"]
        for name, one in services.items()
        for one_volume in one.get("volumes", [])
        if one_volume["source"] == "broker-log"
    }
    assert places == {"broker": "/run/mosquitto", "watch": "/run/mosquitto"}
    conf = (ROOT / "broker" / "mosquitto" / "mosquitto.conf").read_text()
    written = re.findall(r"(?m)^log_dest file (\S+)", conf)
    command: Any = typer.main.get_command(app)
    (option,) = [one for one in command.commands["broker"].commands["watch"].params if "--log" in one.opts]
    assert written == [str(option.default)]
    assert services["watch"]["user"] == f"{options['uid']}:{options['gid']}"


def test_the_broker_finds_its_files_and_parties(services: dict[str, dict[str, Any]]) -> None:
    """mosquitto.conf: its listeners are those published and asked for health, its files those mounted; every service
    that connects has rights there."""
    broker = services["broker"]
    conf = (ROOT / "broker" / "mosquitto" / "mosquitto.conf").read_text()
    ports = set(re.findall(r"(?m)^listener (\d+)", conf))
    assert {str(port["target"]) for port in broker["ports"]} < ports
    assert set(re.findall(r"127\.0\.0\.1 (\d+)", broker["healthcheck"]["test"][1])) == ports
    files = (TRUST, CERTIFICATE, KEY, REVOKED, TRUST_IN_SERVICES, REVOKED_SERVICES)
    given = {f"{IDENTITY}/{file}" for file in files}
    assert set(re.findall(r"(?m)^(?:cafile|certfile|keyfile|crlfile) (\S+)", conf)) == given
    assert _identities(broker) == [IDENTITY]
    assert broker["command"] == ["sh", "/mosquitto/config/run.sh", "/mosquitto/config/mosquitto.conf"]
    folders = {volume["target"]: Path(volume.get("source", "")) for volume in broker["volumes"]}
    filled = re.findall(r"(?m)^acl_file (\S+)/(\S+)", conf)
    assert len(filled) == len(ports)
    for place, acl in filled:
        assert (folders["/mosquitto/config"] / acl).is_file()
        assert f"{place}:mode=0700,uid=1883,gid=1883" in broker["tmpfs"]
    assert broker["environment"]["SIAGA_CITY"] == services["watch"]["environment"]["SIAGA_CITY"] == "yogyakarta"
    assert re.findall(r"(?m)^persistence_location (\S+?)/?$", conf)[0] in folders
    users = set(re.findall(r"(?m)^user (\S+)", (ROOT / "broker" / "mosquitto" / "services.acl").read_text()))
    for name, one in services.items():
        if "SIAGA_BROKERS" in one.get("environment", {}):
            host, port = one["environment"]["SIAGA_BROKERS"].split(":")
            assert (host in services, port in ports, name in users) == (True, True, True)
            assert name in SERVICES
            assert _identities(one) == [IDENTITY]


def test_secrets_are_made_by_the_script(made: Path) -> None:
    """Every secret and every party's folder that the profile names is made; the folder is closed; the keys of the
    authority and of nodes are nobody's but the owner's."""
    config = json.loads(compose("config", "--format", "json", given={**GIVEN, "SECRETS_FOLDER": str(made)}).stdout)
    for secret in config["secrets"].values():
        assert Path(secret["file"]).stat().st_size > 0
    folders = [
        Path(volume["source"])
        for one in config["services"].values()
        for volume in one.get("volumes", [])
        if volume["target"] == IDENTITY
    ]
    assert {folder.name for folder in folders} == {"broker", *SERVICES}
    for folder in folders:
        assert {TRUST, CERTIFICATE, KEY} <= {file.name for file in folder.iterdir()}
    assert {REVOKED, REVOKED_SERVICES, TRUST_IN_SERVICES} <= {file.name for file in (made / "broker").iterdir()}
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE((made / "ca").stat().st_mode) == 0o700
    for key in ("ca/root.key", "ca/issuing.key", "ca/services.key", f"jog-gauge-01/{KEY}"):
        assert stat.S_IMODE((made / key).stat().st_mode) == 0o600
    assert len((made / "postgres_password").read_text().strip()) == 64


def test_certificates_hold(made: Path) -> None:
    """OpenSSL's own word: each is signed by the city's authority for its one purpose; its common name is the party."""
    for name, purpose, other in (
        ("broker", "sslserver", "sslclient"),
        ("ingest", "sslclient", "sslserver"),
        ("alerts", "sslclient", "sslserver"),
        ("watch", "sslclient", "sslserver"),
        ("jog-gauge-01", "sslclient", "sslserver"),
    ):
        file = f"{name}/{CERTIFICATE}"
        by = "services.crt" if name in SERVICES else "root.crt"
        verify = ["openssl", "verify", "-CAfile", f"ca/{by}", "-untrusted", "ca/issuing.crt", "-purpose"]
        right, wrong = (
            subprocess.run([*verify, word, file], cwd=made, capture_output=True, check=False).returncode
            for word in (purpose, other)
        )
        assert (right, wrong) == (0, 2), name
        show = ["openssl", "x509", "-in", file, "-noout", "-subject", "-ext", "subjectAltName"]
        shown = subprocess.run(show, cwd=made, capture_output=True, text=True, check=False).stdout
        assert f"CN = {name}" in shown
        if name == "broker":
            assert "DNS:broker, DNS:broker.example" in shown


def test_a_second_run_changes_nothing(made: Path) -> None:
    """What exists is left alone: a rerun never locks a running city out."""
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    assert make_secrets(made, "broker.example", "jog-gauge-01").returncode == 0
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "arguments",
    [(), ("a b",), ("broker.example", "Node 1"), ("broker.example", "../x"), ("broker.example", "ingest")],
)
def test_names_that_cannot_be(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """A missing or impossible name is refused in one line, before anything is made."""
    answer = make_secrets(tmp_path / "made", *arguments)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "made").exists()


def test_image() -> None:
    """Hashed lock, no root at run time, the one entry point; every package of the product goes to the build, and no
    folder that holds a secret."""
    text = (ROOT / "docker" / "Dockerfile").read_text()
    assert "--require-hashes" in text
    bases = re.findall(r"(?m)^FROM (\S+)", text)
    assert all(re.fullmatch(r"[\w./-]+:\d[\w.-]*", base) for base in bases)
    last = text.rsplit("\nFROM ", 1)[1]
    assert re.search(r"(?m)^USER (?!0|root)", last)
    assert 'ENTRYPOINT ["siaga"]' in last
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "siaga" in project["project"]["scripts"]
    packages = {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert not sent & {"docker", "var", ".env", ".git"}
    assert {name for name in packages if (ROOT / name / "__init__.py").exists()} <= sent
