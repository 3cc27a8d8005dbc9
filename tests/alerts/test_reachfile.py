"""The file of providers that tell residents: every mistake is a sentence with file, line, field and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.reach.reachfile import ReachFile
from complaints.outward import Outward
from contract.clock import SystemClock
from contract.errors import BadInput

HEAD = "[[provider]]\n"
MAIL = HEAD + 'kind = "email"\nserver = "mail.kota.example"\nsender = "siaga@kota.example"\n'
BOT = HEAD + 'kind = "telegram"\nsecret_file = "secret"\n'
SMS = HEAD + 'kind = "sms"\nurl = "https://sms.example/send"\nbody = "to={to}&text={text}"\n'
PUSH = HEAD + 'kind = "webpush"\ncontact = "mailto:siaga@kota.example"\nsecret_file = "secret"\n'


def file_of(folder: Path, text: str) -> ReachFile:
    (folder / "secret").write_text("rahasia-yang-cukup-panjang\n")
    (folder / "reach.toml").write_text(text, encoding="utf-8")
    return ReachFile(folder / "reach.toml")


def test_a_file_is_read(tmp_path: Path) -> None:
    """What it leaves out is what is usual of the kind."""
    file = file_of(tmp_path, MAIL + "rate_per_s = 7\nbudget_day = 900\n" + BOT + 'post = "@siagakota"\n' + SMS)
    assert [(one.kind, one.rate_per_s, one.budget_day, one.posts) for one in file.infos] == [
        ("email", 7.0, 900, False),
        ("telegram", 25.0, None, True),
        ("sms", 10.0, None, False),
    ]
    file.check(Outward(), SystemClock(), {})
    assert file.vapid({}) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + 'kind = "fax"\n', "line 2: kind: 'fax' is no kind"),
        (BOT + BOT, "line 5: kind: there are two of the kind telegram"),
        (BOT + "colour = 1\n", "line 4: colour: this field is not known"),
        (MAIL.replace('sender = "siaga@kota.example"\n', ""), "line 1: sender: it is missing"),
        (BOT.replace('secret_file = "secret"\n', ""), "line 2: kind: it speaks with a secret"),
        (BOT + 'secret_env = "X"\n', "line 4: secret_env: it has two secrets"),
        (BOT + 'rate_per_s = "7"\n', "line 4: rate_per_s: this is no value for it"),
        (BOT + "rate_per_s = nan\n", "line 4: rate_per_s: nan is out of bounds"),
        (BOT + "budget_day = 0\n", "line 4: budget_day: 0 is out of bounds"),
        (BOT + "budget_day = true\n", "line 4: budget_day: this is no value for it"),
        (MAIL + 'security = "some"\n', "line 5: security: 'some' is not one of them"),
        (MAIL + 'user = "siaga"\n', "line 5: user: user and password belong together"),
        (MAIL + 'user = "a"\nsecret_env = "X"\nsecurity = "none"\n', "line 7: security: a password needs TLS"),
        (MAIL.replace("siaga@kota", "siaga\\u0007@kota"), "line 4: sender: it holds a character that is none"),
        (SMS.replace("{to}", "x"), "line 4: body"),
        (PUSH.replace("mailto:siaga@kota.example", "siaga"), "line 3: contact: push services want to know"),
        ("kind = ", "reach.toml"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        file_of(tmp_path, text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOT.replace('"secret"', '"gone"'), "cannot be read"),
        (BOT.replace('secret_file = "secret"', 'secret_env = "TOKEN"'), "TOKEN is not set"),
        (SMS.replace("sms.example", "10.0.0.1"), "private"),
        (PUSH, "line 2: kind: this is no key for Web Push"),
    ],
)
def test_what_is_found_when_it_is_opened(tmp_path: Path, text: str, said: str) -> None:
    """A secret that is not there or is no key, an address that nothing may be sent to."""
    with pytest.raises(BadInput) as caught:
        file_of(tmp_path, text).check(Outward(), SystemClock(), {})
    assert said in str(caught.value)
