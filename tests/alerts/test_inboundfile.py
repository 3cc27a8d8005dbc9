"""The file of providers that bring messages: every mistake is a sentence with file, line, field and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.inboundfile import InboundFile
from contract.duty import ChannelInfo
from contract.errors import BadInput
from contract.inbound import Source

CHANNELS = (ChannelInfo("wa", "whatsapp"), ChannelInfo("gerbang", "sms_http"), ChannelInfo("ring", "ring"))
SECRET = "rahasia-yang-cukup-panjang"
BOT = '[[inbound]]\nkind = "telegram"\nsecret_file = "secret"\n'
META = '[[inbound]]\nkind = "whatsapp"\nchannel = "wa"\nsecret_env = "APP_SECRET"\n'
SMS = '[[inbound]]\nkind = "sms"\nname = "sms-satu"\nsecret_file = "secret"\n'


def file_of(folder: Path, text: str) -> InboundFile:
    (folder / "secret").write_text(f"{SECRET}\n")
    (folder / "inbound.toml").write_text(text, encoding="utf-8")
    return InboundFile(folder / "inbound.toml", CHANNELS, ("telegram", "email"))


def test_a_file_is_read(tmp_path: Path) -> None:
    """Each kind with what is usual for it; the secrets are looked for when it is opened."""
    more = 'header = "X-Kunci"\nfrom = "dari"\ntemplate = "<r>{text}</r>"\nform = "xml"\n'
    file = file_of(tmp_path, "\ufeff" + BOT + "follows = true\n" + META + SMS + more)
    assert file.names == ("telegram", "whatsapp", "sms-satu")
    assert file.open({"APP_SECRET": SECRET}) == [
        Source(name="telegram", kind="telegram", secret=SECRET, follows=True),
        Source(name="whatsapp", kind="whatsapp", secret=SECRET, channel="wa"),
        Source(
            name="sms-satu", kind="sms", secret=SECRET, header="x-kunci", from_field="dari",
            template="<r>{text}</r>", form="xml",
        ),
    ]  # fmt: skip
    assert file.bot == ""
    assert file_of(tmp_path, BOT + 'follows = true\nbot = "siaga_kota_bot"\n').bot == "siaga_kota_bot"
    with pytest.raises(BadInput, match="line 8: secret_env: APP_SECRET is not set"):
        file.open({})
    (found,) = file_of(tmp_path, SMS + 'reply = "outbox"\nchannel = "gerbang"\n').open({})
    assert found.channel == "gerbang"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOT.replace("telegram", "fax"), "line 2: kind: 'fax' is no kind"),
        (BOT + BOT, "line 5: kind: the name 'telegram' is taken"),
        (BOT + 'name = "Bot Kota"\n', "line 4: name: 'Bot Kota' is not an id"),
        (BOT + 'follows = "yes"\n', "line 4: follows: this is no value for it"),
        (BOT + 'follows = true\nbot = "@siaga"\n', "line 5: bot: '@siaga' is no bot's name"),
        (META + "follows = true\n", "line 5: follows: residents are not told by whatsapp"),
        (BOT + 'bot = "siaga_kota_bot"\n', "line 4: bot: nobody follows by this way"),
        (SMS + 'bot = "siaga_kota_bot"\n', "line 5: bot: this field is not known"),
        (BOT + 'header = "X"\n', "line 4: header: this field is not known"),
        (BOT + 'channel = "wa"\n', "line 4: channel: its answers go in the reply"),
        (BOT + 'reply = "outbox"\nchannel = "wa"\n', "line 5: channel: 'wa' is no channel for its answers"),
        (BOT.replace('secret_file = "secret"\n', ""), "line 2: kind: nothing proves that it is it"),
        (META.replace('channel = "wa"\n', ""), "line 2: kind: None is no channel for its answers"),
        (META + 'reply = "body"\n', "line 5: reply: 'body' is no way here"),
        (SMS + 'template = "ok"\n', "line 5: template: it has no {text}"),
        (SMS + 'form = "html"\n', "line 5: form: 'html' is not one of them"),
        (SMS + "from = 1\n", "line 5: from: this is no value for it"),
        (SMS + 'from = "a\\nb"\n', "line 5: from: this is no value for it"),
        ("[inbound]\n", "is no list of sections"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        file_of(tmp_path, text)
    assert said in str(caught.value)


def test_a_secret_that_can_be_guessed_is_none(tmp_path: Path) -> None:
    """Whoever knows it speaks in everybody's name."""
    with pytest.raises(BadInput, match="line 4: secret_env: it has 5 characters"):
        file_of(tmp_path, META.replace('channel = "wa"\n', 'channel = "wa"\n')).open({"APP_SECRET": "12345"})
