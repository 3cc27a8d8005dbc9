"""Web Push as its standards have it."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from support.city_data import NOON_US

from alerts.channels.port import Message
from alerts.reach.port import Parcel
from alerts.reach.providers import payload
from alerts.reach.webpush import PAYLOAD_MOST, Phone, Vapid, b64, made_key, phone_of, sealed, unb64
from contract.clock import HOUR_US
from contract.errors import BadInput, Rejected

KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def test_the_standards_own_example_is_sealed_to_the_byte() -> None:
    """RFC 8291, section 5."""
    own = ec.derive_private_key(
        int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    phone = Phone("https://push.example/1", unb64(KEY), unb64(AUTH))
    text = b"When I grow up, I want to be a watermelon"
    assert b64(sealed(phone, text, salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"), own=own)) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru"
        "3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_push_service_can_check_who_we_are() -> None:
    """RFC 8292: the word is signed by the key that it names, for this service, and is drawn anew in time."""
    vapid = Vapid(made_key(), "mailto:bpbd@kota.example")
    word = vapid.authorization("https://push.example", NOON_US)
    token, _, key = word.removeprefix("vapid t=").partition(", k=")
    text, _, signature = token.rpartition(".")
    raw = unb64(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
    public.verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        text.encode(),
        ec.ECDSA(hashes.SHA256()),
    )
    claims = json.loads(unb64(text.partition(".")[2]))
    assert (claims["aud"], claims["sub"]) == ("https://push.example", "mailto:bpbd@kota.example")
    assert vapid.authorization("https://push.example", NOON_US + HOUR_US) == word
    assert vapid.authorization("https://push.example", NOON_US + 7 * HOUR_US) != word


def test_what_no_browser_gave_is_refused() -> None:
    """Words, half keys, a point that is on no curve."""
    for address in ("", "x", "[]", '{"endpoint":"https://a.example"}'):
        with pytest.raises(Rejected):
            phone_of(address)
    with pytest.raises(Rejected):
        sealed(Phone("https://push.example", b"\x04" + bytes(64), bytes(16)), b"x")
    with pytest.raises(BadInput, match="no key"):
        Vapid("nonsense!", "mailto:x@y.example")


def test_a_payload_never_grows_too_large_for_a_push_service() -> None:
    """A text that is too long is cut between letters; its link and its receipt stay."""
    message = Message(title="AWAS", text="é" * 5_000, brief="", link="https://kota.example/siaran/1")
    made = payload(Parcel(key="k", address="", message=message, lasts_s=60, receipt="https://kota.example/r"), "tag")
    told = json.loads(made)
    assert len(made) <= PAYLOAD_MOST
    assert (told["link"], told["receipt"], told["text"][-1]) == (message.link, "https://kota.example/r", "…")
