"""What residents may write as their address."""

from __future__ import annotations

import pytest

from contract.errors import BadInput
from contract.following import Ways, address_of, addresses_of
from contract.subscription import ReachKind

PUSH = (
    '{"endpoint":"https://push.example/1","keys":{"auth":"AAAAAAAAAAAAAAAAAAAAAA","p256dh":"BBBBBBBBBBBBBBBBBBBBBBBB"}}'
)


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("email", " Wiji@Contoh.Example ", "Wiji@contoh.example"),
        ("sms", "0812-3456 7890", "+6281234567890"),
        ("whatsapp", "+62 812 3456 7890", "+6281234567890"),
        ("sms", "62 812 3456 7890", "+6281234567890"),
        ("ntfy", "https://ntfy.sh/rumah-ibu", "https://ntfy.sh/rumah-ibu"),
        ("webpush", PUSH.replace('":', '" : '), PUSH),
        ("webpush", PUSH.replace("{", '{"expirationTime":null,', 1), PUSH),
    ],
)
def test_an_address_is_kept_in_one_form(kind: ReachKind, written: str, kept: str) -> None:
    """So that whoever writes it otherwise is the same."""
    assert address_of(kind, written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("email", ""),
        ("email", "wiji@contoh"),
        ("email", "a@b.example,c@d.example"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("sms", "112"),
        ("sms", "0812 x 34567890"),
        ("whatsapp", "+0812345678"),
        ("ntfy", "http://ntfy.sh/rumah"),
        ("ntfy", "https://ntfy.sh/"),
        ("ntfy", "https://ntfy.sh/a?x=1"),
        ("ntfy", "https://[/a"),
        ("telegram", "4711"),
        ("webpush", "[]"),
        ("webpush", "{"),
        ("webpush", PUSH.replace("https", "http")),
        ("webpush", PUSH.replace("AAAA", "A A ")),
        ("webpush", PUSH.replace('"auth"', '"other"')),
        ("email", "a" * 3_000 + "@contoh.example"),
    ],
)
def test_what_is_no_address_is_refused(kind: ReachKind, written: str) -> None:
    """Before anything is sent there."""
    with pytest.raises(BadInput):
        address_of(kind, written)


def test_what_is_offered_works() -> None:
    """Web Push needs a key, and a chat begins with a message, to which a link leads where the bot has a name."""
    every: tuple[ReachKind, ...] = ("telegram", "sms", "webpush", "email")
    assert Ways(every).offered == ("email", "sms")
    assert Ways(every, "KEY").offered == ("webpush", "email", "sms")
    assert Ways(every, bot="siaga_kota_bot").offered == ("email", "telegram", "sms")
    assert Ways(("sms",), bot="siaga_kota_bot").offered == ("sms",)
    assert Ways().offered == ()


def test_a_text_may_be_several_addresses() -> None:
    """A number is one of text messages and of WhatsApp, and perhaps of a chat; words are none."""
    assert addresses_of(" 0812 3456 7890 ") == [("whatsapp", "+6281234567890"), ("sms", "+6281234567890")]
    assert ("telegram", "4711") in addresses_of("4711")
    assert addresses_of("Wiji@Contoh.Example") == [("email", "Wiji@contoh.example")]
    assert addresses_of("di Terban") == []
