"""Settings: one tree, and a wrong one stops the start with its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import without_settings

from contract.errors import BadInput
from siaga import settings as settings_module
from siaga.up import as_environment


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)


def test_nothing_set_is_a_laptop() -> None:
    """Without any setting the city is Yogyakarta on loopback and SQLite."""
    settings = settings_module.load()
    assert settings.city == "yogyakarta"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.readings_location.startswith("sqlite:///")


def test_the_broker_is_the_one_that_the_city_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another port for the embedded broker is enough: doctor, simulate and stages in other shells find it there."""
    monkeypatch.setenv("SIAGA_MQTT_PORT", "18830")
    assert [(broker.host, broker.port) for broker in settings_module.load().brokers] == [("127.0.0.1", 18830)]
    monkeypatch.setenv("SIAGA_BROKERS", "broker-a.example:8883")
    assert [broker.host for broker in settings_module.load().brokers] == ["broker-a.example"]


def test_a_byte_order_mark_is_read_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors on Windows write it; the settings are the same."""
    file = tmp_path / "siaga.toml"
    file.write_bytes(b"\xef\xbb\xbf" + b'city = "jambi"\n')
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    assert settings_module.load().city == "jambi"


def test_a_file_that_is_not_utf_8_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no traceback."""
    file = tmp_path / "siaga.toml"
    file.write_bytes(b'city = "jamb\xec"\n')
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    with pytest.raises(BadInput, match="not UTF-8"):
        settings_module.load()


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's variable overrides the file that comes with the image."""
    file = tmp_path / "siaga.toml"
    file.write_text('city = "jambi"\napi_port = 9000\n')
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    monkeypatch.setenv("SIAGA_CITY", "mataram")
    settings = settings_module.load()
    assert (settings.city, settings.api_port) == ("mataram", 9000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIAGA_CITY", "../etc"),
        ("SIAGA_API_PORT", "70000"),
        ("SIAGA_API_PORT", "http"),
        ("SIAGA_BROKERS", "localhost"),
        ("SIAGA_BROKERS", " , "),
        ("SIAGA_SPEED", "0"),
        ("SIAGA_SPEED", "nan"),
        ("SIAGA_BROKER_PROTOCOL", "3"),
        ("SIAGA_BROKER_SHARE", "in/gest"),
        ("SIAGA_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the variable as people set it."""
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=name):
        settings_module.load()


def test_a_misspelt_variable_is_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error would otherwise run with the default and nobody would know."""
    monkeypatch.setenv("SIAGA_BROKER", "localhost:1883")
    with pytest.raises(BadInput, match="no setting SIAGA_BROKER"):
        settings_module.load()


def test_half_a_tls_identity_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CA without certificate and key would quietly connect as nobody."""
    monkeypatch.setenv("SIAGA_BROKER_CA_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(BadInput, match="go together"):
        settings_module.load()


def test_copies_that_could_not_share_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """MQTT 3.1.1 has no shared subscriptions: every copy would store and answer everything."""
    monkeypatch.setenv("SIAGA_BROKER_SHARE", "ingest")
    with pytest.raises(BadInput, match="needs broker_protocol 5"):
        settings_module.load()


def test_a_file_that_is_not_toml_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says which file and which line."""
    file = tmp_path / "siaga.toml"
    file.write_text("city = \n")
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    with pytest.raises(BadInput, match=r"siaga\.toml.*line 1"):
        settings_module.load()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("spedd = 3", r"siaga\.toml, line 2: there is no setting spedd"),
        ("[extra]", r"siaga\.toml, line 2: there is no setting extra"),
        ('speed = "fast"', r"siaga\.toml, line 2: speed: .* got 'fast'"),
    ],
)
def test_a_mistake_in_the_file_names_its_line(
    line: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that nobody reads, or a value that cannot be: file, line and setting."""
    file = tmp_path / "siaga.toml"
    file.write_text(f'city = "yogyakarta"\n{line}\n')
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    with pytest.raises(BadInput, match=words) as wrong:
        settings_module.load()
    assert wrong.value.remedy


def test_a_secret_comes_from_its_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    """No secret has a default, and none stands in the tree."""
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    assert settings_module.read_secret(file) == "s3cret"
    with pytest.raises(BadInput, match="missing"):
        settings_module.read_secret(tmp_path / "missing")


def test_a_child_process_reads_the_very_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `siaga up` hands to its stages survives the way through the environment."""
    settings = settings_module.load(data_folder=tmp_path, speed=600.0, api_port=8099, scenario="flood")
    for name, value in as_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert settings_module.load() == settings
