"""The file of receivers: every mistake is a sentence with file, line, field and remedy."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.webhookfile import load_receivers, secret_bytes
from complaints.outward import Outward
from contract.errors import BadInput

GOOD = 'name = "sirene"\nurl = "https://sirene.example/hook"\nsecret_file = "secret"\n'
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def written(folder: Path, text: str, secret: str = SECRET) -> Path:
    (folder / "secret").write_text(secret + "\n")
    (folder / "webhooks.toml").write_text(text)
    return folder / "webhooks.toml"


def test_two_receivers(tmp_path: Path) -> None:
    """Names, targets, audiences and secrets, in the file's order; `public` where nothing is said."""
    other = GOOD.replace("sirene", "bot") + 'audience = "staff"\n'
    siren, bot = load_receivers(written(tmp_path, f"[[webhook]]\n{GOOD}\n[[webhook]]\n{other}"), Outward())
    assert (siren.name, siren.target.host, siren.audience, siren.channel) == (
        "sirene", "sirene.example", "public", "webhook/sirene",
    )  # fmt: skip
    assert (bot.name, bot.audience, bot.secrets) == ("bot", "staff", (bytes(range(32)),))
    assert "\\x00" not in repr(bot)


def test_a_receiver_for_emergencies_says_so(tmp_path: Path) -> None:
    """`emergency = true`; a word in quotes is no yes and no no."""
    (centre,) = load_receivers(written(tmp_path, f"[[webhook]]\n{GOOD}emergency = true\n"), Outward())
    assert centre.emergency
    with pytest.raises(BadInput, match=r"emergency: 'yes' is neither true nor false. Write true without quotes"):
        load_receivers(written(tmp_path, f'[[webhook]]\n{GOOD}emergency = "yes"\n'), Outward())


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    """Editors on Windows write it; the receivers are the same."""
    path = written(tmp_path, f"[[webhook]]\n{GOOD}")
    before = load_receivers(path, Outward())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [one.channel for one in load_receivers(path, Outward())] == [one.channel for one in before]


def test_no_receiver_is_none(tmp_path: Path) -> None:
    """An empty file is a city that tells nobody."""
    assert load_receivers(written(tmp_path, ""), Outward()) == ()


def test_two_secrets_while_one_replaces_the_other(tmp_path: Path) -> None:
    """One a line."""
    (receiver,) = load_receivers(written(tmp_path, f"[[webhook]]\n{GOOD}", f"{SECRET}\n{SECRET[:-4]}AAA="), Outward())
    assert len(receiver.secrets) == 2


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (f"[webhook]\n{GOOD}", "line 1: webhook", "no list"),
        (f"[[webhooks]]\n{GOOD}", "line 1: webhooks", "not known"),
        (f"[[webhook]]\n{GOOD}colour = 1\n", "line 5: colour", "not known"),
        (f"[[webhook]]\n{GOOD.replace('sirene', 'Sirene', 1)}", "line 2: name", "not an id"),
        (f"[[webhook]]\n{GOOD}[[webhook]]\n{GOOD}", "line 6: name", "taken"),
        (f"[[webhook]]\n{GOOD.replace('https', 'ftp')}", "line 3: url", "begins wrongly"),
        (f"[[webhook]]\n{GOOD.replace('sirene.example', '10.0.0.1')}", "line 3: url", "private"),
        (f"[[webhook]]\n{GOOD.replace('sirene.example', 'user:pw@sirene.example')}", "line 3: url", "password"),
        (f"[[webhook]]\n{GOOD.replace('secret_file', 'secret')}", "line 4: secret", "not known"),
        (f'[[webhook]]\n{GOOD}audience = "all"', "line 5: audience", "one of them"),
        ('[[webhook]]\nname = "a"\n', "line 1: url", "a text is expected"),
        ('[[webhook]]\nname = 3\n', "line 2: name", "a text is expected"),
        (f"[[webhook]]\n{GOOD.replace('hook', 'hook#x')}", "line 3: url", "fragment"),
        ("[[webhook]]\n" + GOOD.replace(' = "secret"', ' = "gone"'), "line 4: secret_file", "cannot be read"),
        ("[[webhook]\n", "webhooks.toml", "not TOML"),
        ("x = " + "[" * 5_000, "webhooks.toml", "not TOML"),
        ("\n" * 300_000, "webhooks.toml", "bytes"),
        ("\n".join("[[webhook]]" for _ in range(51)), "webhook", "51 receivers"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence(tmp_path: Path, text: str, where: str, what: str) -> None:
    """Where it stands, what it is, how to mend it."""
    with pytest.raises(BadInput) as said:
        load_receivers(written(tmp_path, text), Outward())
    assert where in said.value.where
    assert what in said.value.what
    assert said.value.remedy


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "secret", "changeme", "whsec_changeme", "whsec_c2hvcnQ=", "whsec_" + "A" * 64, "whsec_\x7f",
     "whsec_" + base64.b64encode(b"x" * 32).decode(), "whsec_" + base64.b64encode(bytes(200)).decode(),
     f"{SECRET} {SECRET} {SECRET}"],
)  # fmt: skip
def test_a_short_or_default_secret_stops_the_start(tmp_path: Path, secret: str) -> None:
    """Naming the file, and never the secret."""
    with pytest.raises(BadInput) as said:
        load_receivers(written(tmp_path, f"[[webhook]]\n{GOOD}", secret), Outward())
    assert "secret" in str(said.value)
    assert secret[6:] not in str(said.value) or len(secret) <= 8


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """And so is a folder, or bytes that are no text."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "bytes"):
        with pytest.raises(BadInput):
            load_receivers(path, Outward())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(text=st.text(alphabet="[]{}=\"webhokname\n .#\\1'", max_size=200))
def test_any_text_is_read_or_a_sentence(tmp_path: Path, text: str) -> None:
    """Never another failure."""
    try:
        found = load_receivers(written(tmp_path, text), Outward())
    except BadInput:
        return
    assert isinstance(found, tuple)


@settings(deadline=None)
@given(st.text(max_size=120))
def test_any_secret_is_read_or_a_sentence(text: str) -> None:
    """At least 24 bytes that somebody drew."""
    for one in (text, f"whsec_{text}"):
        try:
            secret = secret_bytes(one, where="file")
        except BadInput:
            continue
        assert len(secret) >= 24
