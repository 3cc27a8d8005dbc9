"""The file of channels: every mistake is a sentence with file, line, field and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.channels.channelfile import ChannelFile
from complaints.outward import Outward
from contract.clock import SystemClock
from contract.duty import ChannelInfo, clean_address
from contract.errors import BadInput

RING = 'kind = "ring"\nserver = "sip.penyedia.example"\nuser = "siaga"\nsecret_file = "secret"\n'
SMS = 'kind = "sms_http"\nurl = "https://sms.example/send"\nbody = "to={to}&text={text}"\n'
MAIL = 'kind = "email"\nserver = "mail.kota.example"\nsender = "siaga@kota.example"\n'
BOT = 'kind = "telegram"\nsecret_file = "secret"\n'
WHATSAPP = (
    'kind = "whatsapp"\nurl = "https://graph.facebook.com/v23.0/1234567890/messages"\ntemplate = "alarm_jaga"\n'
    'secret_file = "secret"\n'
)
APPRISE = 'kind = "apprise"\nname = "signal"\nsecret_env = "APPRISE_URL"\n'
HEAD = "[[channel]]\n"


def written(folder: Path, text: str) -> Path:
    (folder / "secret").write_text("kata-sandi-yang-panjang\n")
    (folder / "channels.toml").write_text(text)
    return folder / "channels.toml"


def test_all_kinds_with_their_secrets(tmp_path: Path) -> None:
    """Names, kinds and what rings; a secret from a file or from the environment."""
    ntfy = 'kind = "ntfy"\nname = "dorong"\nurl = "https://ntfy.example"\nsecret_env = "TOKEN"\n'
    file = ChannelFile(
        written(tmp_path, "".join(HEAD + one for one in (RING, SMS, MAIL, ntfy, BOT, WHATSAPP, APPRISE)))
    )
    assert file.infos == (
        ChannelInfo("ring", "ring"), ChannelInfo("sms-http", "sms_http"), ChannelInfo("email", "email"),
        ChannelInfo("dorong", "ntfy"), ChannelInfo("telegram", "telegram"), ChannelInfo("whatsapp", "whatsapp"),
        ChannelInfo("signal", "apprise"),
    )  # fmt: skip
    assert [one.rings for one in file.infos] == [True, False, False, False, False, False, False]
    opened = file.open(Outward(), SystemClock(), {"TOKEN": "kunci", "APPRISE_URL": "json://10.0.0.1/{to}"})
    assert list(opened) == ["ring", "sms-http", "email", "dorong", "telegram", "whatsapp", "signal"]
    assert "kata-sandi" not in repr(vars(opened["ring"]))
    with pytest.raises(BadInput, match="TOKEN is not set"):
        file.open(Outward(), SystemClock(), {})


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    """Editors on Windows write it; the channels are the same."""
    path = written(tmp_path, HEAD + RING)
    before = ChannelFile(path).infos
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert ChannelFile(path).infos == before != ()


def test_no_channel_is_none(tmp_path: Path) -> None:
    assert ChannelFile(written(tmp_path, "")).infos == ()


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (f"[channel]\n{RING}", "line 1: channel", "no list"),
        (f"[[channels]]\n{RING}", "line 1: channels", "not known"),
        (HEAD + 'kind = "fax"\n', "line 2: kind", "no kind"),
        (HEAD + RING + "colour = 1\n", "line 6: colour", "not known"),
        (HEAD + RING + HEAD + RING, "line 7: kind", "taken"),
        (HEAD + RING + 'name = "Telepon"\n', "line 6: name", "not an id"),
        (HEAD + RING.replace('user = "siaga"\n', ""), "line 1: user", "missing"),
        (HEAD + RING + 'port = "5060"\n', "line 6: port", "no value"),
        (HEAD + RING + "port = 70000\n", "line 6: port", "bounds"),
        (HEAD + RING + "ring_s = 600\n", "line 6: ring_s", "bounds"),
        (HEAD + RING + 'transport = "tls"\n', "line 6: transport", "not one of them"),
        (HEAD + RING.replace('secret_file = "secret"\n', ""), "line 2: kind", "password"),
        (HEAD + RING + 'secret_env = "X"\n', "line 6: secret_env", "two secrets"),
        (HEAD + MAIL + 'user = "siaga"\n', "line 5: user", "belong together"),
        (HEAD + MAIL + 'user = "siaga"\nsecret_env = "X"\nsecurity = "none"\n', "line 7: security", "needs TLS"),
        (HEAD + MAIL + 'security = "some"\n', "line 5: security", "one of them"),
        (HEAD + SMS.replace("{to}", "x"), "line 4: body", "{to}"),
        (HEAD + SMS + 'accepted = "("\n', "line 5: accepted", "no pattern"),
        (HEAD + 'kind = "telegram"\n', "line 2: kind", "token"),
        (HEAD + WHATSAPP.replace('template = "alarm_jaga"\n', ""), "line 1: template", "missing"),
        ("kind = ", "channels.toml", "not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        ChannelFile(written(tmp_path, text))
    assert where in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (HEAD + RING.replace('"secret"', '"gone"'), "cannot be read"),
        (HEAD + SMS.replace("sms.example", "10.0.0.1"), "private"),
    ],
)
def test_what_is_found_when_it_is_opened(tmp_path: Path, text: str, what: str) -> None:
    """A secret that is not there, an address that nothing may be sent to."""
    with pytest.raises(BadInput, match=what):
        ChannelFile(written(tmp_path, text)).open(Outward(), SystemClock(), {})


def test_an_address_is_kept_as_it_is_dialled() -> None:
    """With what people type between the digits taken out; what is none is refused with the remedy."""
    assert clean_address("ring", " 0812-3456 7890 ") == "081234567890"
    assert clean_address("sms_http", "+62 (812) 345") == "+62812345"
    assert clean_address("email", " siti@kota.example ") == "siti@kota.example"
    assert clean_address("telegram", " -1001234 ") == "-1001234"
    assert clean_address("whatsapp", "+62 812-3456 7890") == "+6281234567890"
    letter = ("email", "a@b.c\r\nBcc: x@y.z")
    for kind, typed in (
        ("ring", "sip:a@b"),
        ("ring", "12"),
        ("email", "siti"),
        letter,
        ("ntfy", "a/b"),
        ("whatsapp", "0812345678"),
    ):
        with pytest.raises(BadInput, match="no address"):
            clean_address(kind, typed)  # type: ignore[arg-type]
