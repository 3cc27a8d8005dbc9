"""A secret that is none stops the start, with the setting's name; so does a proxy that would be everybody."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import without_settings

from contract.errors import BadInput
from contract.secret_words import guessable
from siaga import settings as settings_module
from siaga.secret_files import LEAST_BYTES, seen_by_all, weakness
from siaga.up import as_environment

GOOD = "3f9c1be07a6d4e52b8c0d7f1a2934e6b"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody on the machine may enter."""
    folder = Path(tempfile.mkdtemp(prefix="siaga-open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


REFUSED = [
    ("", "is empty"),
    (" \n", "is empty"),
    ("short", "has 5 bytes"),
    ("k7Pq2Xw9", "has 8 bytes"),
    ("k7Pq2Xw9zR4tB1m", "has 15 bytes"),
    ("password", "anybody tries first"),
    ("changeme", "anybody tries first"),
    ("change-me-please-now", "anybody tries first"),
    ("secret", "anybody tries first"),
    ("admin", "anybody tries first"),
    ("admin-admin-admin-admin", "anybody tries first"),
    ("my-secret-password-2026", "anybody tries first"),
    ("siaga-rahasia-1234567", "anybody tries first"),
    ("postgres-password-123", "anybody tries first"),
    ("0123456789012345", "anybody tries first"),
    ("abcdefghijklmnopqrstuv", "anybody tries first"),
    ("aaaaaaaaaaaaaaaaaaaaaa", "anybody tries first"),
    ("abcabcabcabcabcabcabc", "anybody tries first"),
]


@pytest.mark.parametrize("setting", ["city_password_file", "readings_token_file"])
@pytest.mark.parametrize(("secret", "why"), REFUSED)
def test_a_secret_that_is_none_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, secret: str, why: str
) -> None:
    """Empty, short, a default word, a row of keys: named with its setting, its file and what to do."""
    file = tmp_path / "secret"
    file.write_text(secret)
    file.chmod(0o600)
    monkeypatch.setenv(f"SIAGA_{setting.upper()}", str(file))
    with pytest.raises(BadInput) as refused:
        settings_module.load()
    assert f"SIAGA_{setting.upper()}" in str(refused.value)
    assert why in str(refused.value)
    assert "openssl rand" in str(refused.value)
    if len(secret.strip()) > 8:  # shorter ones are words that a sentence may hold
        assert secret.strip() not in str(refused.value)


@pytest.mark.parametrize("setting", ["city_password_file", "readings_token_file", "broker_key_file"])
def test_a_secret_for_everybodys_eyes_stops_the_start(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """By its own rights and those of every folder above it; a closed folder is as good as a closed file."""
    file = open_folder / "secret"
    file.write_text(GOOD)
    monkeypatch.setenv(f"SIAGA_{setting.upper()}", str(file))
    for other in ("broker_ca_file", "broker_cert_file", "broker_key_file"):
        if setting == "broker_key_file":
            monkeypatch.setenv(f"SIAGA_{other.upper()}", str(file))
    file.chmod(0o644)
    with pytest.raises(BadInput, match=rf"SIAGA_{setting.upper()}: everybody on this machine can read"):
        settings_module.load()
    file.chmod(0o640)
    settings_module.load()
    file.chmod(0o644)
    open_folder.chmod(0o700)
    settings_module.load()


def test_what_a_container_is_given_is_its_own() -> None:
    """Docker mounts a secret with the rights of the host's file, into a folder that nobody else sees."""
    assert not seen_by_all(Path("/run/secrets/postgres_password"))


@pytest.mark.parametrize(("password", "why"), [("password", "first"), ("k7Pq2Xw9", "8 bytes"), ("", "empty")])
def test_a_password_in_the_url_is_held_to_the_same(monkeypatch: pytest.MonkeyPatch, password: str, why: str) -> None:
    """The city's database may be named with its password; a default one is none."""
    monkeypatch.setenv("SIAGA_CITY_URL", f"postgresql+psycopg://siaga:{password}@db/siaga")
    with pytest.raises(BadInput, match=rf"SIAGA_CITY_URL: .*{why}"):
        settings_module.load()
    monkeypatch.setenv("SIAGA_CITY_URL", f"postgresql+psycopg://siaga:{GOOD}@db/siaga")
    settings_module.load()
    monkeypatch.setenv("SIAGA_CITY_URL", "postgresql+psycopg://siaga@/siaga?host=/var/run/postgresql")
    settings_module.load()


def test_a_file_names_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the setting stands in a file, the line is said."""
    secret = tmp_path / "secret"
    secret.write_text("changeme")
    file = tmp_path / "siaga.toml"
    file.write_text(f'city = "yogyakarta"\ncity_password_file = "{secret}"\n')
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    with pytest.raises(BadInput, match="line 2: city_password_file"):
        settings_module.load()


@pytest.mark.parametrize("secret", [GOOD, "kuda-batu-lampu-hujan", "aZ3!kQ9#mW2$pL7%", "x7-password-of-the-river-code"])
def test_a_good_secret_is_let_in(secret: str) -> None:
    """Length and chance, not the kinds of signs."""
    assert weakness(secret) == ""
    assert not guessable(secret)
    assert len(secret.encode()) >= LEAST_BYTES


def test_the_old_key_file_is_said_to_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever upgrades reads where the keys are now, from the environment and from the file alike."""
    monkeypatch.setenv("SIAGA_OPEN311_KEYS_FILE", "/etc/siaga/keys")
    with pytest.raises(BadInput, match=r"SIAGA_OPEN311_KEYS_FILE: .*database keeps them"):
        settings_module.load()
    monkeypatch.delenv("SIAGA_OPEN311_KEYS_FILE")
    file = tmp_path / "siaga.toml"
    file.write_text('open311_keys_file = "keys"\n')
    monkeypatch.setenv("SIAGA_CONFIG", str(file))
    with pytest.raises(BadInput, match="line 1: open311_keys_file"):
        settings_module.load()


@pytest.mark.parametrize(("text", "why"), [("0.0.0.0/0", "everybody"), ("::/0", "everybody"), ("proxy", "no network")])
def test_a_proxy_that_would_be_everybody(monkeypatch: pytest.MonkeyPatch, text: str, why: str) -> None:
    """Then anybody could say from where they come, and no limit by address would hold."""
    monkeypatch.setenv("SIAGA_TRUSTED_PROXIES", f"10.0.0.0/8,{text}")
    with pytest.raises(BadInput, match=rf"SIAGA_TRUSTED_PROXIES: .*{why}"):
        settings_module.load()


def test_proxies_reach_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the whole city is told, its processes are told."""
    monkeypatch.setenv("SIAGA_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")
    settings = settings_module.load()
    assert settings.trusted_proxies == ("10.0.0.0/8", "fd00::/8")
    assert as_environment(settings)["SIAGA_TRUSTED_PROXIES"] == "10.0.0.0/8,fd00::/8"
