"""What providers post: whether it is really theirs, the messages in it, and how an answer stands in the reply. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs

from api.tokens import same
from contract.errors import BadInput
from contract.inbound import Source

MESSAGES_MOST = 50
"""of one request; a provider that has more to say sends them again"""
_ADDRESS_MOST = 80
TELEGRAM_HEADER = "x-telegram-bot-api-secret-token"
WHATSAPP_HEADER = "x-hub-signature-256"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: who wrote it, the provider's number of it, and its text; "" where it is a picture or the like."""

    sender: str
    message: str
    text: str


def genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the provider itself sent this. `headers` by their names in lower case."""
    if source.kind == "telegram":
        return same(headers.get(TELEGRAM_HEADER, ""), source.secret)
    if source.kind == "whatsapp":
        signed = hmac.new(source.secret.encode(), body, hashlib.sha256).hexdigest()
        return same(headers.get(WHATSAPP_HEADER, ""), f"sha256={signed}")
    return same(headers.get(source.header, ""), source.secret)


def verify_token(source: Source) -> str:
    """What Meta is told to show when it first asks: nobody who knows it learns the secret."""
    return hmac.new(source.secret.encode(), b"siaga inbound verify", hashlib.sha256).hexdigest()[:32]


def messages_in(source: Source, body: bytes, content_type: str) -> list[Sent]:
    """Those that people sent; receipts and what else a provider tells are none. Raises BadInput for what is no message
    of this kind of provider."""
    if source.kind == "telegram":
        found = _telegram(_json(body))
    elif source.kind == "whatsapp":
        found = _whatsapp(_json(body))
    else:
        found = [_sms(source, body, content_type)]
    return [one for one in found[:MESSAGES_MOST] if one.sender and one.message]


def _telegram(told: Mapping[str, Any]) -> list[Sent]:
    """Only what one person writes to the bot: in a group others would read the answer."""
    message, number = _table(told.get("message")), told.get("update_id")
    chat = _table(message.get("chat"))
    if chat.get("type") != "private" or not _whole(number) or not _whole(chat.get("id")):
        return []
    return [Sent(str(chat["id"]), str(number), _text(message.get("text")))]


def _whatsapp(told: Mapping[str, Any]) -> list[Sent]:
    found = []
    for entry in _tables(told.get("entry")):
        for change in _tables(entry.get("changes")):
            for one in _tables(_table(change.get("value")).get("messages")):
                text = _text(_table(one.get("text")).get("body"))
                found.append(Sent(_address(one.get("from")), _text(one.get("id"))[:400], text))
    return found


def _sms(source: Source, body: bytes, content_type: str) -> Sent:
    if content_type.split(";", maxsplit=1)[0].strip().lower() == "application/json":
        told = _json(body)
    else:
        try:
            fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
        except ValueError:
            raise BadInput("this is no form", where="body", remedy="Send a form, or JSON with its type.") from None
        told = {name: values[0] for name, values in fields.items()}
    for field in (source.from_field, source.id_field):
        if not isinstance(told.get(field), str | int) or not str(told[field]).strip():
            raise BadInput("it is missing", where=field[:40], remedy="Name the gateway's fields in inbound_file.")
    text = told.get(source.text_field)
    return Sent(_address(told[source.from_field]), str(told[source.id_field])[:400], _text(text))


def reply_to(source: Source, sent: Sent, text: str) -> tuple[bytes, str]:
    """The body that answers in the reply, and its media type. `text`: "" for none."""
    if source.kind == "telegram" and text:
        told = {"method": "sendMessage", "chat_id": int(sent.sender), "text": text}
        return json.dumps(told, ensure_ascii=False).encode(), "application/json"
    if source.kind != "sms":
        return b"{}", "application/json"
    if not text:
        return b"", "text/plain; charset=utf-8"
    written, media = {
        "xml": (escape(text), "application/xml; charset=utf-8"),
        "json": (json.dumps(text)[1:-1], "application/json"),
        "text": (text, "text/plain; charset=utf-8"),
    }[source.form]
    return source.template.replace("{text}", written).encode(), media


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("this is no JSON", where="body", remedy="Send what the provider's webhook sends.") from None
    return _table(told)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value[:MESSAGES_MOST] if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _address(value: Any) -> str:
    """A number as one text, however the provider writes it."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "".join(one for one in text if "!" <= one <= "~")[:_ADDRESS_MOST]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
