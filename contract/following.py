"""By which ways residents can be told here, and what they may write as their address. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract.errors import BadInput
from contract.subscription import REACH_KINDS, ReachKind

ADDRESS_LONGEST = 2_000
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[A-Za-z0-9-]{2,63}")
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_CHAT = re.compile(r"-?[0-9]{1,20}")
_TOPIC = re.compile(r"/[A-Za-z0-9_-]{1,64}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,100}")


@dataclass(frozen=True, slots=True)
class Ways:
    """What the city has providers for. `vapid_key`: the public half of the key with which it signs Web Push, as
    browsers want it (base64url); `bot`: the name of the one to which people write at Telegram, where it knows who
    follows; each "" where there is none."""

    kinds: tuple[ReachKind, ...] = ()
    vapid_key: str = ""
    bot: str = ""

    @property
    def offered(self) -> tuple[ReachKind, ...]:
        """Those by which somebody can follow on a page: a chat begins with a message, to which a link must lead."""
        needs = {"webpush": self.vapid_key, "telegram": self.bot}
        return tuple(kind for kind in REACH_KINDS if kind in self.kinds and needs.get(kind, kind))


def address_of(kind: ReachKind, text: str) -> str:
    """What somebody wrote, in the one form in which it is kept. Raises BadInput where `kind` has no such address."""
    text = text.strip()
    if len(text) > ADDRESS_LONGEST or not text.isprintable():
        raise BadInput("this is no address", where="address")
    if kind == "email" and _EMAIL.fullmatch(text):
        name, _, host = text.rpartition("@")
        return f"{name}@{host.lower()}"
    if kind in {"sms", "whatsapp"} and (number := number_of(text)):
        return number
    if kind == "ntfy" and _is_topic(text):
        return text
    if kind == "webpush":
        return _push(text)
    raise BadInput(f"{text!r} is no address for {kind}", where="address")


def addresses_of(text: str) -> list[tuple[ReachKind, str]]:
    """Everything that a text may be the address of, also the number of a chat, which nobody may write into a form."""
    text, found = text.strip(), list[tuple[ReachKind, str]]()
    for kind in REACH_KINDS:
        try:
            found.append((kind, text if kind == "telegram" and _CHAT.fullmatch(text) else address_of(kind, text)))
        except BadInput:
            continue
    return found


def start_link(bot: str, token: str) -> str:
    """Opens Telegram at the bot; whoever taps "Start" there sends it `/start TOKEN`."""
    return f"https://t.me/{bot}?start={token}"


def leave_path(subscription_id: str) -> str:
    """Where one tap ends a subscription, also by a mail program of itself (RFC 8058)."""
    return f"/ikuti/keluar/{subscription_id}"


def number_of(text: str, *, bare: bool = False) -> str:
    """As E.164 has it, "" for what is no number; one that begins with 0 is Indonesian. `bare`: providers leave the plus
    out of any country's; people only of their own."""
    digits = re.sub(r"[\s().-]", "", text)
    if digits.startswith("0"):
        digits = f"+62{digits[1:]}"
    elif digits.startswith("62") or (bare and not digits.startswith("+")):
        digits = f"+{digits}"
    return digits if _NUMBER.fullmatch(digits) else ""


def _is_topic(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not parts.query and bool(_TOPIC.fullmatch(parts.path))


def _push(text: str) -> str:
    try:
        told = json.loads(text)
        endpoint, keys = told["endpoint"], {name: told["keys"][name] for name in ("auth", "p256dh")}
        secure = urlsplit(endpoint).scheme == "https" and bool(urlsplit(endpoint).hostname)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput("this is no subscription of a browser", where="address") from None
    if not secure or not all(isinstance(one, str) and _KEY.fullmatch(one) for one in keys.values()):
        raise BadInput("this is no subscription of a browser", where="address")
    return json.dumps({"endpoint": endpoint, "keys": keys}, sort_keys=True, separators=(",", ":"))
